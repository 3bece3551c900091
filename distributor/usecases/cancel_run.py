"""Cancel what a run has not sent yet."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.access import Actor
from distributor.model.run import PauseReason, Run
from distributor.store import deliveries, runs
from distributor.usecases.act_on_run import act_on_run, require_unfinished
from distributor.usecases.context import Context


async def cancel_run(context: Context, actor: Actor, run_id: str) -> int:
    """Send nothing more of a run until it is reopened; returns how many deliveries were cancelled at once.

    What a worker has in hand is finished or given back, and then cancelled too.

    Args:
        context: the installation.
        actor: who wants it.
        run_id: the run.

    Raises:
        NotFound: `run-unknown`.
        Conflict: `run-finished` when nothing of it is left.
    """
    cancelled = 0

    async def work(connection: AsyncConnection, run: Run, now: datetime) -> int:
        nonlocal cancelled
        if run.pause_reason is not PauseReason.CANCELLED:
            await require_unfinished(connection, run)
        is_new = await runs.cancel(connection, run.id, actor.name, now)
        cancelled = await deliveries.cancel_rest(connection, run.id, actor.name, now)
        return cancelled or int(is_new)

    await act_on_run(context, actor, run_id, ("cancel", ""), work)
    return cancelled
