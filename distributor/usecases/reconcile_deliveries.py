"""Look at every delivery that is not final: take over from the dead, settle doubt, ask about what is late."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import log
from distributor.model.ledger import RunEvent
from distributor.model.run import PauseReason
from distributor.store import claims, deliveries, freezing, moments, runs
from distributor.usecases.context import Context
from distributor.usecases.replay_journals import read_overdue, replay_journals
from distributor.usecases.resolve_doubt import resolve_doubt

_log = log.get_logger(__name__)

_ACTOR = "guard"
# whoever writes a run in chunks is done with it long before
_PREPARING = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was found.

    Args:
        claimed: deliveries whose worker died before the final dot; due again.
        in_doubt: deliveries whose worker died after it; the policy for doubt decides.
        settled: deliveries in doubt that the policy has decided about.
        late: runs that were not begun in time and ask a person now.
        journals: workers of this machine that died and whose journals were replayed.
    """

    claimed: int
    in_doubt: int
    settled: int
    late: int
    journals: int


async def reconcile(context: Context) -> Reconciled:
    """Make deliveries of dead workers due again; safe to run at any time, by anybody.

    When the clock of the database was set back, everything that waits is planned anew first.

    A worker of this machine is known to be dead by the lock of its journal. One of another machine is warned when its
    lease has run out, and loses its deliveries when it has not renewed them by a later look.

    Args:
        context: the installation.
    """
    journals = await replay_journals(context)
    async with context.database.write() as connection:
        now = await context.database.now(connection)
        await _heed_clock(connection, context, now)
        await read_overdue(context, connection, now)
        claimed, in_doubt = await claims.release_expired(connection, now)
        await claims.warn_expired(connection, now, context.conduct.grace)
        late = await _hold_late(connection, context)
        await freezing.discard_abandoned(connection, context.now() - _PREPARING)
        for run_id, by in await runs.cancelled_with_rest(connection):
            # a worker has given back meanwhile what it had in hand when the run was cancelled
            await deliveries.cancel_rest(connection, run_id, by, now)
    settled = await resolve_doubt(context)
    return Reconciled(claimed, in_doubt, settled, late, journals)


async def _heed_clock(connection: AsyncConnection, context: Context, now: datetime) -> None:
    """Let nothing wait for as long as the clock of the database was set back."""
    jump = await moments.gone_back(connection, now)
    if jump:
        conduct = context.conduct
        await moments.pull_back(connection, jump, now, max(conduct.lease, conduct.grace))
        _log.warning("clock-set-back", seconds=round(jump.total_seconds()))


async def _hold_late(connection: AsyncConnection, context: Context) -> int:
    """Let runs that should have begun long ago ask a person."""
    now = await context.database.now(connection)
    late = await claims.late_runs(connection, now, context.now() - context.conduct.catch_up)
    for run_id in late:
        await runs.pause(connection, run_id, _ACTOR, PauseReason.PAST_DUE, context.now())
        event = RunEvent(context.now(), _ACTOR, "pause", PauseReason.PAST_DUE.value, 0)
        await runs.add_event(connection, run_id, event)
        _log.warning("run-late", run=run_id)
    return len(late)
