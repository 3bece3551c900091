"""Values that a worker and the ledger exchange: claims, marks, and what the ledger shows."""

from dataclasses import dataclass
from datetime import datetime

from distributor.model.run import Delivery, DeliveryState, Outcome, Phase, RefusalClass, Reply


@dataclass(frozen=True, slots=True)
class Claim:
    """A right to work on deliveries for a while.

    Args:
        worker: name of the worker.
        lease_seconds: how long the right lasts, by the clock of the database.
        limit: how many deliveries at most.
    """

    worker: str
    lease_seconds: float
    limit: int


@dataclass(frozen=True, slots=True)
class Mark:
    """What a worker writes down about a delivery it has claimed.

    Args:
        delivery: as it was claimed; its fence must still be the newest.
        state: the state it comes to.
        worker: name of the worker.
        reply: what the relay answered, or None.
        refusal: class of a refusal, or None.
        next_attempt: when to try again, for a deferred one.
    """

    delivery: Delivery
    state: DeliveryState
    worker: str
    reply: Reply | None = None
    refusal: RefusalClass | None = None
    next_attempt: datetime | None = None

    @classmethod
    def of(cls, delivery: Delivery, worker: str, outcome: Outcome, next_attempt: datetime | None) -> "Mark":
        """Make the mark for the outcome of an attempt."""
        return cls(delivery, outcome.state, worker, outcome.reply, outcome.refusal, next_attempt)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A delivery as the ledger shows it.

    Args:
        delivery: who and what.
        reply: the newest answer of the relay, or None.
        refusal: class of the newest refusal, or None.
        next_attempt: when it is due.
        finished: when it came to its final state, or None.
    """

    delivery: Delivery
    reply: Reply | None
    refusal: RefusalClass | None
    next_attempt: datetime
    finished: datetime | None


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """One line of the history of a delivery.

    Args:
        at: when, by the clock of the database.
        attempt: number of the attempt.
        state: the state it came to.
        worker: who wrote it.
        phase: step of the conversation, or None.
        code: reply code, or None.
        text: reply text, or None.
        refusal: class of a refusal, or None.
    """

    at: datetime
    attempt: int
    state: DeliveryState
    worker: str | None
    phase: Phase | None
    code: int | None
    text: str | None
    refusal: RefusalClass | None
