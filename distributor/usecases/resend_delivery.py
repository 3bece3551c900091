"""Send one mail again to somebody who says that it is not there."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.access import Actor
from distributor.model.run import Run
from distributor.store import deliveries
from distributor.usecases.act_on_run import act_on_run
from distributor.usecases.context import Context
from distributor.usecases.sending_again import RESENT, sendable_again


async def resend_delivery(context: Context, actor: Actor, run_id: str, delivery_id: str) -> bool:
    """Make a delivery that was sent, or failed, due again; returns False when it is neither.

    It is the same mail, under the same Message-ID and as it was signed off.

    Args:
        context: the installation.
        actor: who wants it.
        run_id: the run.
        delivery_id: the delivery.

    Raises:
        NotFound: `run-unknown`.
        Conflict: `run-cancelled`, `again-taken-back` or `again-stopped`; nothing is changed then.
        Refused: `not-permitted`.
    """

    async def work(connection: AsyncConnection, run: Run, now: datetime) -> int:
        if not await sendable_again(connection, run, RESENT, [delivery_id]):
            return 0
        return await deliveries.make_due(connection, run.id, ([delivery_id], RESENT), actor.name, now)

    return bool(await act_on_run(context, actor, run_id, ("resend", delivery_id), work))
