"""Send failed deliveries again, all of a run or chosen ones."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.access import Actor
from distributor.errors import Conflict
from distributor.model.run import PauseReason, Run
from distributor.store import deliveries
from distributor.usecases.act_on_run import act_on_run
from distributor.usecases.context import Context


async def retry_deliveries(
    context: Context, actor: Actor, run_id: str, delivery_ids: Collection[str] | None = None
) -> int:
    """Make failed deliveries due again, under the same Message-ID; returns how many.

    Args:
        context: the installation.
        actor: who wants it.
        run_id: the run.
        delivery_ids: these alone, None for all that failed.

    Raises:
        NotFound: `run-unknown`.
        Conflict: `run-cancelled`.
    """

    async def work(connection: AsyncConnection, run: Run, now: datetime) -> int:
        if run.pause_reason is PauseReason.CANCELLED:
            # what is due in a cancelled run is cancelled at the next sweep
            raise Conflict("run-cancelled", id=run.id, actor=run.paused_by)
        return await deliveries.retry_failed(connection, run.id, delivery_ids, actor.name, now)

    chosen = "all failed" if delivery_ids is None else "selected"
    return await act_on_run(context, actor, run_id, ("retry", chosen), work)
