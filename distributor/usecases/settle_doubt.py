"""Decide about deliveries in doubt that wait for a person."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.access import Actor
from distributor.model.ledger import Settlement
from distributor.model.run import DeliveryState, Phase, Reply, Run
from distributor.store import deliveries
from distributor.usecases.act_on_run import act_on_run
from distributor.usecases.context import Context


async def settle_doubt(
    context: Context,
    actor: Actor,
    run_id: str,
    state: DeliveryState,
    delivery_ids: Collection[str] | None = None,
) -> int:
    """Say what became of deliveries in doubt; returns how many. What a worker still waits for is left alone.

    Args:
        context: the installation.
        actor: who knows.
        run_id: the run.
        state: SENT, FAILED, or PENDING to send them again.
        delivery_ids: these alone, None for all.

    Raises:
        NotFound: `run-unknown`.
    """
    settlement = Settlement(state, actor.name, Reply(Phase.DOT, 0, "doubt-settled"))

    async def work(connection: AsyncConnection, run: Run, now: datetime) -> int:
        return await deliveries.settle_run(connection, run.id, delivery_ids, settlement, now)

    return await act_on_run(context, actor, run_id, ("resolve", state.value), work)
