"""Send failed deliveries again, all of a run or chosen ones."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.access import Actor
from distributor.model.run import Run
from distributor.store import deliveries
from distributor.usecases.act_on_run import act_on_run
from distributor.usecases.context import Context
from distributor.usecases.sending_again import RETRIED, sendable_again


async def retry_deliveries(
    context: Context, actor: Actor, run_id: str, delivery_ids: Collection[str] | None = None
) -> int:
    """Make failed deliveries due again, under the same Message-ID; returns how many.

    Who asks for all leaves those out that may not be sent again: they stay failed.

    Args:
        context: the installation.
        actor: who wants it.
        run_id: the run.
        delivery_ids: these alone, None for all that failed.

    Raises:
        NotFound: `run-unknown`.
        Conflict: `run-cancelled`; `again-taken-back` or `again-stopped` of one of the chosen, or when it is so of all.
    """

    async def work(connection: AsyncConnection, run: Run, now: datetime) -> int:
        wanted = await sendable_again(connection, run, RETRIED, delivery_ids)
        return await deliveries.make_due(connection, run.id, (wanted, RETRIED), actor.name, now)

    chosen = "all failed" if delivery_ids is None else "selected"
    return await act_on_run(context, actor, run_id, ("retry", chosen), work)
