"""The machine of one drain: stock, workshop, connections and the writer of the ledger, wired together."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import anyio

from distributor import log
from distributor.deliver import LeaseLost, Transport
from distributor.errors import RelayTrouble
from distributor.model.ledger import Mark
from distributor.model.run import Delivery, DeliveryState, Outcome, Phase, RefusalClass, Reply
from distributor.store.journal import Journal, JournalFullError
from distributor.store.ledger_writer import Errand, LedgerWriter
from distributor.usecases.compose_message import Composer
from distributor.usecases.context import Context
from distributor.usecases.draining.breaker import Breaker
from distributor.usecases.draining.errands import ClaimAhead, RenewLeases, Watch, given_back
from distributor.usecases.draining.pacing import Pacing, patience
from distributor.usecases.draining.stock import Stock, Stop
from distributor.usecases.draining.workshop import Made, Workshop

_log = log.get_logger(__name__)

_LOOK_SECONDS = 0.01
# for each connection one message whose answer is awaited, and one that is ready to follow it
_UNDER_WAY = 2
# what is in flight may finish after SIGTERM; the process has 30 seconds in all
_FINISH_SECONDS = 20
_FLUSH_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker and its means.

    Args:
        name: name in the ledger.
        transport: an open way of sending.
        connections: connections of the transport.
        relay: name of the relay, for its lanes.
    """

    name: str
    transport: Transport
    connections: int = 4
    relay: str = "relay"


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


class Machine:
    """One drain of one worker.

    Args:
        context: the installation.
        worker: who sends, and how.
        journal: the worker's journal.
    """

    def __init__(self, context: Context, worker: Worker, journal: Journal) -> None:
        conduct = context.conduct
        self.drained = Drained()
        self.trouble: RelayTrouble | None = None
        self.halted = False
        self._begun: set[str] = set()
        self._context = context
        self._worker = worker
        self._envelope_from = context.sender.address
        self._stock = Stock(max(64, worker.connections * 40))
        self._workshop = Workshop(Composer(context), self._stock, worker.connections * 3)
        self._pacing = Pacing(worker.relay, conduct.pace, worker.name, conduct.elsewhere)
        self._breaker = Breaker(conduct, self._stock)
        self._claims = ClaimAhead(context, worker.name, self._stock, self._pacing)
        renewal = RenewLeases(context, worker.name, self._stock)
        errands: list[Errand] = [self._breaker, self._pacing, renewal, Watch(self._stock), self._claims]
        self.writer = LedgerWriter(context.database, journal, errands)

    async def run(self, stopping: anyio.Event | None) -> None:
        """Send until nothing is due, or until told to stop; what is in flight is finished.

        Args:
            stopping: once set, nothing new is begun.
        """
        async with anyio.create_task_group() as writing:
            writing.start_soon(self.writer.run)
            try:
                await self._send_all(stopping)
            finally:
                with anyio.CancelScope(shield=True):
                    await self._wind_up(stopping)
            writing.cancel_scope.cancel()
        self.drained.suppressed += self._claims.suppressed

    async def _send_all(self, stopping: anyio.Event | None) -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(2):
                tasks.start_soon(self._workshop.run)
            for _ in range(self._worker.connections * _UNDER_WAY):
                tasks.start_soon(self._send_on)
            self.writer.wake()
            await self._until_done(stopping)
            tasks.cancel_scope.cancel()

    async def _until_done(self, stopping: anyio.Event | None) -> None:
        """Return when everything that was claimed is finished and nothing more is to be claimed."""
        deadline = None
        while True:
            if self.halted or (stopping is not None and stopping.is_set()):
                self._claims.stopped = True
                deadline = deadline or anyio.current_time() + _FINISH_SECONDS
                self._give_back_waiting()
            if self._pacing.rests:
                self._give_back_waiting()
            done = self._claims.stopped or self._claims.is_dry or self._pacing.rests
            if (done and self._stock.is_empty) or (deadline is not None and anyio.current_time() > deadline):
                return
            await anyio.sleep(_LOOK_SECONDS)

    def _give_back_waiting(self) -> None:
        for delivery in [*self._stock.drop_fresh(), *self._workshop.rest()]:
            self._release(delivery)

    async def _wind_up(self, stopping: anyio.Event | None) -> None:
        """Write down what is left, so that nothing stays behind that only the end of a lease could free."""
        self._claims.stopped = True
        hurried = stopping is not None and stopping.is_set()
        with anyio.move_on_after(_FLUSH_SECONDS if hurried else None):
            await self.writer.flush()
            self._give_back_waiting()
            for delivery in self._stock.left:
                self._abandon(delivery)
            await self.writer.flush()

    def _abandon(self, delivery: Delivery) -> None:
        """Leave a delivery whose conversation was cut off: to the policy for doubt if the dot may have been written."""
        if delivery.id in self._begun:
            self._record(delivery, Outcome(DeliveryState.IN_DOUBT, Reply(Phase.DOT, 0, "worker-stopped")))
        else:
            self._release(delivery)

    async def _send_on(self) -> None:
        """Send one message after the other; the transport sees to it that the relay gets no more than it should."""
        while True:
            await self.writer.room()
            made = await self._workshop.next()
            try:
                await self._deliver(made)
            except RelayTrouble as trouble:
                self._stop_for(made.delivery, trouble)
            except JournalFullError as error:
                # nothing of it was accepted: the dot was not written
                _log.error("journal-full", problem=str(error))
                self._release(made.delivery)
                self.halted = True
            except Exception:  # noqa: BLE001  what breaks one delivery must not hold up the others
                _log.exception("delivery-broken", delivery=made.delivery.id)
                self._give_up(made.delivery)

    async def _deliver(self, made: Made) -> None:
        delivery = made.delivery
        if made.again or self.halted or self._pacing.rests:
            self._release(delivery)
            return
        if made.problem is not None:
            reply = Reply(Phase.CONNECT, 0, made.problem)
            self._record(delivery, Outcome(DeliveryState.FAILED, reply, RefusalClass.MESSAGE))
            return
        objection = self._stock.objection(delivery)
        if objection is not None:
            self._yield_to(objection, delivery)
            return
        asked = _BeforeDot(self, delivery)
        try:
            outcome = await self._worker.transport.send(
                self._envelope_from, delivery.address, made.message, asked, envelope_id=delivery.id
            )
        except LeaseLost:
            self._yield_to(asked.objection or Stop.LOST, delivery)
            return
        if outcome.due is None:
            self._record(delivery, outcome)
        else:
            # it was not tried: to wait for the pace costs no attempt
            self._release(delivery, outcome.due)

    def object_to(self, delivery: Delivery) -> Stop | None:
        """Decide before the dot: write the doubt down and say None, or say why the dot must not follow.

        Args:
            delivery: the delivery.

        Raises:
            JournalFullError: the doubt cannot be written down.
        """
        objection = self._stock.objection(delivery)
        if objection is None:
            self.writer.begin(Mark(delivery, DeliveryState.IN_DOUBT, self._worker.name, at=_now(self._context)))
            self._begun.add(delivery.id)
        return objection

    def _record(self, delivery: Delivery, outcome: Outcome) -> None:
        now = _now(self._context)
        wait = None
        if outcome.state is DeliveryState.DEFERRED:
            wait = patience(delivery, outcome, now, self._context.conduct)
            if wait is None:
                outcome = replace(outcome, state=DeliveryState.FAILED)
        following = None if wait is None else now + wait
        mark = Mark(delivery, outcome.state, self._worker.name, outcome.reply, outcome.refusal, following, now)
        if delivery.id in self._begun:
            self._begun.discard(delivery.id)
            self.writer.end(mark)
        else:
            self.writer.note(mark)
        if not outcome.is_heeded:
            self._pacing.heed(delivery, outcome)
        self._breaker.heed(delivery, outcome)
        self.drained.count(outcome.state)
        self._stock.finish(delivery)

    def _yield_to(self, objection: Stop, delivery: Delivery) -> None:
        if objection is Stop.LOST:
            _log.warning("lease-lost", delivery=delivery.id)
            self._claims.look_again()
        if objection is Stop.SUPPRESSED:
            self.writer.note(Mark(delivery, DeliveryState.SUPPRESSED, self._worker.name))
            self.drained.count(DeliveryState.SUPPRESSED)
            self._stock.finish(delivery)
        else:
            self._release(delivery)

    def _give_up(self, delivery: Delivery) -> None:
        reply = Reply(Phase.DOT, 0, "delivery-broken")
        in_doubt = delivery.id in self._begun
        state = DeliveryState.IN_DOUBT if in_doubt else DeliveryState.DEFERRED
        self._record(delivery, Outcome(state, reply, None if in_doubt else RefusalClass.TEMPORARY))

    def _release(self, delivery: Delivery, due: datetime | None = None) -> None:
        """Give a delivery back untouched; if another worker has it by now, its fence keeps it from us."""
        self.writer.note(given_back(delivery, self._worker.name, due))
        self._stock.finish(delivery)

    def _stop_for(self, delivery: Delivery, trouble: RelayTrouble) -> None:
        """Stop for good: the relay does not take our credentials, and every further try could lock the account."""
        self._release(delivery)
        if self.trouble is None:
            _log.error("relay-trouble", code=trouble.code)
        self.trouble = self.trouble or trouble
        self._breaker.suspect(delivery.run_id, str(trouble.parameters.get("reply", trouble.code)))
        self.halted = True


class _BeforeDot:
    """The hook of one delivery."""

    def __init__(self, machine: Machine, delivery: Delivery) -> None:
        self._machine = machine
        self._delivery = delivery
        self.objection: Stop | None = None

    async def __call__(self) -> bool:
        self.objection = self._machine.object_to(self._delivery)
        return self.objection is None


def _now(context: Context) -> datetime:
    return context.clock.now().astimezone(UTC)
