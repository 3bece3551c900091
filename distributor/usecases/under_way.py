"""What becomes of mail that is under way when its bulletin is edited, corrected or taken back, as the editor says."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.access import Actor
from distributor.model.ledger import RunEvent
from distributor.model.revision import UnderWay
from distributor.model.run import FINAL_STATES, Mailing, PauseReason, Run, RunCounts
from distributor.store import deliveries, digest_mending, runs
from distributor.usecases.context import Context

FINISH_ACT = "finish"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an editor has chosen.

    Args:
        bulletin_id: the bulletin.
        under_way: what becomes of its runs that have not finished.
        why: what is done to the bulletin, for the history of the runs.
    """

    bulletin_id: str
    under_way: UnderWay
    why: str


async def settle_under_way(
    connection: AsyncConnection, context: Context, actor: Actor, chosen: Chosen, spared: Collection[str] = ()
) -> int:
    """Stop the runs of a bulletin that have not finished, or let them go on as they were frozen.

    Args:
        connection: an open writing transaction.
        context: the installation.
        actor: who chooses.
        chosen: what.
        spared: runs that go on in another way.

    Returns:
        How many deliveries were cancelled.
    """
    now = await context.database.now(connection)
    cancelled = 0
    for run, counts in await _unfinished(connection, chosen.bulletin_id):
        if run.id in spared:
            continue
        if chosen.under_way is UnderWay.FINISH:
            event = RunEvent(context.now(), actor.name, FINISH_ACT, chosen.why, _left(counts))
        else:
            is_new = await runs.cancel(connection, run.id, actor.name, now)
            number = await deliveries.cancel_rest(connection, run.id, actor.name, now)
            event = RunEvent(context.now(), actor.name, "cancel", chosen.why, number)
            cancelled += number
        # what a worker has in hand is cancelled when it comes back, and the history says by whom and why all the same
        if event.number or (chosen.under_way is UnderWay.STOP and is_new):
            await runs.add_event(connection, run.id, event)
    return cancelled


async def count_under_way(context: Context, bulletin_id: str) -> int:
    """Count the deliveries of a bulletin that are still to go out, so that an editor may be asked about them.

    Args:
        context: the installation.
        bulletin_id: the bulletin.
    """
    async with context.database.read() as connection:
        return sum(_left(counts) for _, counts in await _unfinished(connection, bulletin_id))


async def _unfinished(connection: AsyncConnection, bulletin_id: str) -> list[tuple[Run, RunCounts]]:
    found = await runs.list_all(connection, bulletin_id=bulletin_id)
    counts = await runs.counts(connection, [run.id for run in found])
    return [
        (run, counts[run.id])
        for run in found
        if (run.ready is None or not counts[run.id].is_finished)
        and run.pause_reason is not PauseReason.CANCELLED
        and await _is_of(connection, run)
    ]


async def _is_of(connection: AsyncConnection, run: Run) -> bool:
    """Tell whether a run carries nothing but its bulletin; a digest of several goes on for the sake of the others."""
    return run.mailing is not Mailing.SUBSCRIPTION or await digest_mending.carries_only(
        connection, run.id, run.bulletin_id
    )


def _left(counts: RunCounts) -> int:
    return counts.total - counts.of(*FINAL_STATES)
