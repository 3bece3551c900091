"""The pace of a drain: who may be written to now, who later, and what the relay's answers change about that."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import deliver
from distributor.deliver import Scope
from distributor.model import lane as lanes_model
from distributor.model.conduct import Conduct, Pace
from distributor.model.lane import EVERYTHING, FREE, Lane
from distributor.model.ledger import Mark
from distributor.model.run import Delivery, DeliveryState, Outcome, Phase, RefusalClass
from distributor.store import address_book, claims, lanes, marks
from distributor.usecases.draining.stock import boot_seconds

# a relay that cannot be reached is tried again so soon that sending goes on within a minute
REST: Final = timedelta(seconds=15)
_LANE_REST: Final = timedelta(minutes=30)
_RECENT_SECONDS: Final = 5.0
_RECOVERY_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Complaint:
    """A refusal that changes the pace.

    Args:
        domain: of the recipient.
        refusal: its class.
        phase: in which it came.
    """

    domain: str
    refusal: RefusalClass
    phase: Phase


class Pacing:
    """Keeps the lanes of one relay.

    Args:
        relay: name of the relay.
        pace: what the operator allows.
        worker: name of the worker.
        elsewhere: domains of senders whose mail goes by other relays, which keep their own pace.
    """

    def __init__(self, relay: str, pace: Pace, worker: str, elsewhere: frozenset[str] = frozenset()) -> None:
        self._elsewhere = elsewhere
        self._relay = relay
        self._pace = pace
        self._worker = worker
        self._complaints: list[Complaint] = []
        self._heard = 0
        self._known: dict[str, Lane] = {}
        self._rests_until = 0.0
        self._succeeded_at = float("-inf")
        self._recovered_at = boot_seconds()

    @property
    def rests(self) -> bool:
        """Whether the relay cannot be reached and is left alone for a moment."""
        return boot_seconds() < self._rests_until

    async def is_closed(self, connection: AsyncConnection, now: datetime) -> bool:
        """Tell whether any worker found the relay out of reach a moment ago.

        Args:
            connection: an open transaction.
            now: the clock of the database.
        """
        self._known = known = await lanes.load(connection, self._relay)
        return EVERYTHING in known and known[EVERYTHING].is_closed(now)

    async def admit(
        self, connection: AsyncConnection, claimed: Sequence[Delivery], now: datetime
    ) -> Sequence[Delivery]:
        """Give those of the claimed deliveries that may be sent now; the rest is given back with a later moment.

        Ask `is_closed` before, in the same transaction.

        Args:
            connection: the transaction in which they were claimed.
            claimed: the deliveries.
            now: the clock of the database.
        """
        if not claimed or (not self._known and self._pace.is_free):
            return claimed
        known = await lanes.load(connection, self._relay, locked=True)
        others = await self._go_elsewhere(connection, claimed)
        ours = [one for one in claimed if one.list_id not in others]
        admitted, postponed, changed = ration(ours, known, self._pace, now)
        later = [Mark(one, DeliveryState.PENDING, self._worker, next_attempt=slot) for one, slot in postponed]
        await marks.apply(connection, later, now)
        await lanes.save(connection, self._relay, changed)
        for lane in changed:
            if lane.domain in known and lane.ceiling > known[lane.domain].ceiling:
                await claims.hasten(connection, None if lane.domain == EVERYTHING else lane.domain, now)
        return [*admitted, *(one for one in claimed if one.list_id in others)]

    async def _go_elsewhere(self, connection: AsyncConnection, claimed: Sequence[Delivery]) -> frozenset[str]:
        """Give those lists of the claimed deliveries whose sender has relays of its own."""
        if not self._elsewhere:
            return frozenset()
        asked = {one.list_id for one in claimed}
        return frozenset(
            one.id
            for one in await address_book.load_lists(connection)
            if one.id in asked and (one.sender_address or "").rpartition("@")[2].lower() in self._elsewhere
        )

    def heed(self, delivery: Delivery, outcome: Outcome) -> None:
        """Take notice of an answer.

        Args:
            delivery: to whom it was.
            outcome: what came of the attempt.
        """
        if outcome.state is DeliveryState.SENT:
            self._succeeded_at = boot_seconds()
        if outcome.refusal is None:
            return
        complaint = Complaint(_domain(delivery), outcome.refusal, outcome.reply.phase)
        if _is_out_of_reach(complaint):
            if boot_seconds() - self._succeeded_at < _RECENT_SECONDS:
                # others get through: it is this connection alone
                return
            self._rests_until = boot_seconds() + REST.total_seconds()
        advice = deliver.advise(outcome.refusal)
        if advice.slows or advice.stops is not Scope.NOTHING:
            self._complaints.append(complaint)

    def is_due(self) -> bool:
        """Write complaints down at once, and look for recovery now and then."""
        self._heard = len(self._complaints)
        return bool(self._heard) or boot_seconds() - self._recovered_at > _RECOVERY_SECONDS

    async def work(self, connection: AsyncConnection, now: datetime) -> None:
        """Change the lanes that were complained about."""
        known = await lanes.load(connection, self._relay, locked=True)
        heard = [complaint for complaint in self._complaints[: self._heard] if complaint.domain]
        await lanes.save(connection, self._relay, adapted(known, heard, self._pace, now))

    def committed(self) -> None:
        """Forget the complaints that were heeded."""
        del self._complaints[: self._heard]
        self._recovered_at = boot_seconds()


def ration(
    claimed: Sequence[Delivery], known: dict[str, Lane], pace: Pace, now: datetime
) -> tuple[list[Delivery], list[tuple[Delivery, datetime]], tuple[Lane, ...]]:
    """Share out what the lanes allow: who may go now, who when, and the lanes afterwards.

    Args:
        claimed: deliveries, in order.
        known: the lanes by domain.
        pace: what the operator allows.
        now: the clock of the database.
    """
    admitted: list[Delivery] = []
    postponed: list[tuple[Delivery, datetime]] = []
    after = dict(known)
    for delivery in claimed:
        domain = _domain(delivery)
        whole = lane_of(after, EVERYTHING, pace, now)
        after[EVERYTHING], slot = lanes_model.take(whole, now)
        if slot is None and (domain in after or domain in pace.domains):
            after[domain], slot = lanes_model.take(lane_of(after, domain, pace, now), now)
            if slot is not None:
                after[EVERYTHING] = lanes_model.give_back(after[EVERYTHING])
        if slot is None:
            admitted.append(delivery)
        else:
            postponed.append((delivery, slot))
    return admitted, postponed, tuple(lane for domain, lane in after.items() if lane != known.get(domain))


def adapted(known: dict[str, Lane], complaints: Sequence[Complaint], pace: Pace, now: datetime) -> tuple[Lane, ...]:
    """Change lanes as the relay's complaints ask for, and let the others recover; gives those that changed.

    Args:
        known: the lanes by domain.
        complaints: what the relay said.
        pace: what the operator allows.
        now: the clock of the database.
    """
    after = {domain: lanes_model.recover(lane, now) for domain, lane in known.items()}
    for complaint in complaints:
        whole = _is_out_of_reach(complaint)
        domain = EVERYTHING if whole else complaint.domain
        lane = lane_of(after, domain, pace, now)
        advice = deliver.advise(complaint.refusal)
        if advice.slows:
            lane = lanes_model.slow_down(lane, now)
        if whole:
            lane = lanes_model.close(lane, now + REST)
        elif advice.stops is Scope.LANE:
            wait = deliver.retry_after(1, complaint.refusal, now=now)
            lane = lanes_model.close(lane, now + max(_LANE_REST, wait or _LANE_REST))
        after[domain] = lane
    return tuple(lane for domain, lane in after.items() if lane != known.get(domain))


def patience(delivery: Delivery, outcome: Outcome, now: datetime, conduct: Conduct) -> timedelta | None:
    """Say how long a deferred delivery waits; None means that it is given up.

    Args:
        delivery: the delivery.
        outcome: what the attempt came to.
        now: the present moment.
        conduct: how deliveries are worked.
    """
    plan = replace(deliver.USUAL, steps=conduct.retry_minutes, up_to=conduct.retry_hours)
    refusal = outcome.refusal or RefusalClass.TEMPORARY
    jitter = random.random()  # noqa: S311  spreads retries, hides nothing
    if refusal is RefusalClass.CONNECTION and delivery.attempts <= len(plan.steps):
        return REST * (1 + jitter / 4)
    return deliver.retry_after(delivery.attempts, refusal, now=now, jitter=jitter, plan=plan)


def lane_of(known: dict[str, Lane], domain: str, pace: Pace, now: datetime) -> Lane:
    """Give a lane as it is known, or new, at what the operator allows now; without a complaint it has recovered.

    Args:
        known: the lanes by domain.
        domain: which one.
        pace: what the operator allows.
        now: the clock of the database.
    """
    allowed = pace.per_second if domain == EVERYTHING else pace.domains.get(domain)
    lane = known.get(domain) or Lane.new(domain, allowed or FREE, now)
    ceiling = allowed or FREE
    if lane.ceiling != ceiling:
        # the operator has changed the setting; a lane that the relay slowed goes on recovering
        rate = ceiling if lane.slowed is None else min(lane.rate, ceiling)
        lane = replace(lane, ceiling=ceiling, rate=rate, booked_until=None)
    return lanes_model.recover(lane, now)


def _domain(delivery: Delivery) -> str:
    return delivery.address.rpartition("@")[2].lower()


def _is_out_of_reach(complaint: Complaint) -> bool:
    return complaint.refusal is RefusalClass.CONNECTION and complaint.phase in {Phase.CONNECT, Phase.TLS}
