"""Send what is due: claim, compose, hand to the relay, record, until nothing is due."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import anyio

from distributor import deliver, log
from distributor.deliver import LeaseLost, Transport
from distributor.errors import DistributorError, RelayTrouble
from distributor.model.ledger import Claim, Mark
from distributor.model.recipient import Suppression
from distributor.model.run import (
    Delivery,
    DeliveryEvent,
    DeliveryState,
    Outcome,
    Phase,
    RefusalClass,
    Reply,
)
from distributor.store import deliveries, suppressions
from distributor.usecases.compose_message import Composer
from distributor.usecases.context import Context

_log = log.get_logger(__name__)

# short, so that the work of a dead worker is taken over within a minute; a living one renews it, since a relay may
# take ten minutes to answer the final dot (RFC 5321 §4.5.3.2.6)
_LEASE_SECONDS = 45
_RENEW_SECONDS = 15
_EVENTS = {
    DeliveryState.SENT: DeliveryEvent.ACCEPT,
    DeliveryState.DEFERRED: DeliveryEvent.DEFER,
    DeliveryState.FAILED: DeliveryEvent.REFUSE,
    DeliveryState.SUPPRESSED: DeliveryEvent.SUPPRESS,
}


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker and its means.

    Args:
        name: name in the ledger.
        transport: an open way of sending.
        connections: deliveries under way at the same time.
    """

    name: str
    transport: Transport
    connections: int = 4


@dataclass(slots=True)
class Drained:
    """How many deliveries a drain brought to which state."""

    sent: int = 0
    deferred: int = 0
    failed: int = 0
    in_doubt: int = 0
    suppressed: int = 0

    def count(self, state: DeliveryState) -> None:
        """Count one delivery."""
        name = state.value.replace(" ", "_")
        setattr(self, name, getattr(self, name) + 1)


async def drain(context: Context, worker: Worker, *, stopping: anyio.Event | None = None) -> Drained:
    """Send everything that is due, then return.

    Args:
        context: the installation.
        worker: who sends, and how.
        stopping: once set, nothing new is claimed; what is in flight is finished.

    Raises:
        RelayTrouble: when the relay refuses our credentials; what was claimed is due again at once.
    """
    sending = _Sending(context, worker, Composer(context), Drained())
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_renew_leases, context, worker)
        while stopping is None or not stopping.is_set():
            claimed = await _claim(sending)
            if not claimed:
                break
            await _send_all(sending, _unless_stopped(claimed))
        tasks.cancel_scope.cancel()
    return sending.drained


@dataclass(frozen=True, slots=True)
class _Sending:
    """What the deliveries of one batch share."""

    context: Context
    worker: Worker
    composer: Composer
    drained: Drained


async def _renew_leases(context: Context, worker: Worker) -> None:
    while True:
        await anyio.sleep(_RENEW_SECONDS)
        async with context.database.write() as connection:
            now = await context.database.now(connection)
            await deliveries.renew(connection, worker.name, now + timedelta(seconds=_LEASE_SECONDS))


async def _claim(sending: _Sending) -> tuple[Delivery, ...]:
    """Claim a batch; addresses that asked to be left out since the run was frozen are suppressed at once."""
    context, worker = sending.context, sending.worker
    async with context.database.write() as connection:
        now = await context.database.now(connection)
        claim = Claim(worker.name, _LEASE_SECONDS, limit=worker.connections * 2)
        claimed = await deliveries.claim(connection, claim, now)
        stopped = await suppressions.load(connection) if claimed else ()
        left_out = [delivery for delivery in claimed if _is_stopped(delivery, stopped)]
        for delivery in left_out:
            mark = Mark(delivery, DeliveryState.SUPPRESSED, worker.name)
            await deliveries.mark(connection, mark, now, before=_sources(DeliveryState.SUPPRESSED))
            sending.drained.count(DeliveryState.SUPPRESSED)
    return tuple(
        replace(delivery, state=DeliveryState.SUPPRESSED) if delivery in left_out else delivery for delivery in claimed
    )


def _unless_stopped(claimed: Sequence[Delivery]) -> tuple[Delivery, ...]:
    return tuple(delivery for delivery in claimed if delivery.state is DeliveryState.CLAIMED)


def _is_stopped(delivery: Delivery, stopped: Sequence[Suppression]) -> bool:
    return any(one.address == delivery.address and one.list_id in {None, delivery.list_id} for one in stopped)


async def _send_all(sending: _Sending, claimed: Sequence[Delivery]) -> None:
    limiter = anyio.CapacityLimiter(sending.worker.connections)
    troubles: list[RelayTrouble] = []

    async def send(delivery: Delivery) -> None:
        async with limiter:
            if troubles:
                await _release(sending, delivery)
                return
            try:
                await _send_one(sending, delivery)
            except RelayTrouble as trouble:
                troubles.append(trouble)
                await _release(sending, delivery)

    async with anyio.create_task_group() as tasks:
        for delivery in claimed:
            tasks.start_soon(send, delivery)
    if troubles:
        raise troubles[0]


async def _send_one(sending: _Sending, delivery: Delivery) -> None:
    """Bring one delivery to its next state; a message that cannot be made fails alone."""
    envelope_from = sending.context.sender.address
    try:
        message = await sending.composer.compose(delivery)
        outcome = await sending.worker.transport.send(
            envelope_from,
            delivery.address,
            message,
            lambda: _mark_in_doubt(sending, delivery),
            envelope_id=delivery.id,
        )
    except LeaseLost:
        _log.warning("lease-lost", delivery=delivery.id)
        return
    except RelayTrouble:
        raise
    except DistributorError as error:
        outcome = Outcome(DeliveryState.FAILED, Reply(Phase.CONNECT, 0, error.code), RefusalClass.MESSAGE)
    await _record(sending, delivery, outcome)


async def _mark_in_doubt(sending: _Sending, delivery: Delivery) -> bool:
    """Write the doubt down before the final dot; says no when the lease is gone."""
    mark = Mark(delivery, DeliveryState.IN_DOUBT, sending.worker.name)
    async with sending.context.database.write() as connection:
        now = await sending.context.database.now(connection)
        return await deliveries.mark(connection, mark, now, before=deliver.sources(DeliveryEvent.MARK))


async def _record(sending: _Sending, delivery: Delivery, outcome: Outcome) -> None:
    context = sending.context
    if outcome.state is DeliveryState.IN_DOUBT:
        # the mark before the dot says so already; its lease runs out and the policy for doubt decides
        sending.drained.count(outcome.state)
        return
    async with context.database.write() as connection:
        now = await context.database.now(connection)
        wait = None
        if outcome.state is DeliveryState.DEFERRED:
            refusal = outcome.refusal or RefusalClass.TEMPORARY
            jitter = random.random()  # noqa: S311  spreads retries, hides nothing
            wait = deliver.retry_after(delivery.attempts, refusal, now=now, jitter=jitter)
            if wait is None:
                outcome = replace(outcome, state=DeliveryState.FAILED)
        mark = Mark.of(delivery, sending.worker.name, outcome, now + (wait or timedelta()))
        await deliveries.mark(connection, mark, now, before=_sources(outcome.state))
    sending.drained.count(outcome.state)


async def _release(sending: _Sending, delivery: Delivery) -> None:
    """Give a delivery back untouched."""
    async with sending.context.database.write() as connection:
        now = await sending.context.database.now(connection)
        mark = Mark(delivery, DeliveryState.PENDING, sending.worker.name)
        await deliveries.mark(connection, mark, now, before=deliver.sources(DeliveryEvent.RELEASE))


def _sources(state: DeliveryState) -> frozenset[DeliveryState]:
    return deliver.sources(_EVENTS[state])
