"""Let nothing leave by itself that the database of which this one is a copy may have sent already."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.ledger import RunEvent
from distributor.model.run import PauseReason
from distributor.store import follow_ups, letters, notices, runs

_ACTOR: Final = "guard"
_ANSWER: Final = "restored"


async def hold_everything(connection: AsyncConnection, now: datetime) -> int:
    """Let runs ask a person, and give up letters and notices that wait; gives how many runs ask.

    Schedules ask by themselves, see `claim_occurrences`: what an occurrence sends depends on when it comes.

    Args:
        connection: an open writing transaction.
        now: the present moment.
    """
    # a failure that nobody looked at yet would make a delivery to a backup mailbox in a run that is finished
    waiting = dict.fromkeys((*await runs.unfinished(connection), *await follow_ups.runs_to_follow_up(connection)))
    held = [run_id for run_id in waiting if await _hold(connection, run_id, now)]
    await letters.give_up(connection, _ANSWER, now)
    await notices.give_up(connection, _ANSWER, now)
    return len(held)


async def _hold(connection: AsyncConnection, run_id: str, now: datetime) -> bool:
    if not await runs.pause(connection, run_id, _ACTOR, PauseReason.RESTORED, now):
        return False
    await runs.add_event(connection, run_id, RunEvent(now, _ACTOR, "pause", PauseReason.RESTORED.value, 0))
    return True
