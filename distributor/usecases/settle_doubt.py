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
from distributor.usecases.sending_again import DOUBTED, sendable_again


async def settle_doubt(
    context: Context,
    actor: Actor,
    run_id: str,
    state: DeliveryState,
    delivery_ids: Collection[str] | None = None,
) -> int:
    """Say what became of deliveries in doubt; returns how many. What a worker still waits for is left alone.

    What arrived and what did not can be said of every run; sent again is only what may be sent.

    Args:
        context: the installation.
        actor: who knows.
        run_id: the run.
        state: SENT, FAILED, or PENDING to send them again.
        delivery_ids: these alone, None for all.

    Raises:
        NotFound: `run-unknown`.
        Conflict: to send them again, as `sendable_again`.
    """
    settlement = Settlement(state, actor.name, Reply(Phase.DOT, 0, "doubt-settled"))

    async def work(connection: AsyncConnection, run: Run, now: datetime) -> int:
        wanted = delivery_ids
        if state is DeliveryState.PENDING:
            wanted = await sendable_again(connection, run, DOUBTED, delivery_ids)
        return await deliveries.settle_run(connection, run.id, wanted, settlement, now)

    return await act_on_run(context, actor, run_id, ("resolve", state.value), work)
