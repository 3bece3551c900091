"""Values that a worker and the ledger exchange: claims, marks, and what the ledger shows."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from distributor.model.run import Delivery, DeliveryState, Phase, RefusalClass, Reply


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

    IN_DOUBT without a reply is the mark before the final dot; with one, the relay fell silent after the dot and the
    policy for doubt decides what becomes of the delivery. PENDING gives it back untouched.

    Args:
        delivery: as it was claimed; its fence must still be the newest.
        state: the state it comes to.
        worker: name of the worker.
        reply: what the relay answered, or None.
        refusal: class of a refusal, or None.
        next_attempt: when to try again, for a deferred one or one given back.
        at: when it happened, or None for the moment at which it is written.
    """

    delivery: Delivery
    state: DeliveryState
    worker: str
    reply: Reply | None = None
    refusal: RefusalClass | None = None
    next_attempt: datetime | None = None
    at: datetime | None = None

    @property
    def orphans(self) -> bool:
        """Whether it leaves the delivery in doubt with nobody waiting for an answer any more."""
        return self.state is DeliveryState.IN_DOUBT and self.reply is not None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a person or a policy decides about deliveries that no worker has in hand.

    Args:
        state: the state they come to.
        by: who decides.
        reply: what is known, written down as the newest answer, or None.
        next_attempt: when to try again, None for at once.
    """

    state: DeliveryState
    by: str
    reply: Reply | None = None
    next_attempt: datetime | None = None


class DoubtPolicy(StrEnum):
    """What becomes of a delivery of which nobody knows whether the relay took it."""

    RETRY = "retry"
    HOLD = "hold"
    ASK = "ask"


class Verdict(StrEnum):
    """What is known about a delivery in doubt: the relay has it, has it not, or nobody can tell yet."""

    TAKEN = "taken"
    NOT_TAKEN = "not taken"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RunEvent:
    """One line of the history of a run: what a person or a guard did to it.

    Args:
        at: when.
        actor: who.
        act: what.
        detail: why, or to what.
        number: how many deliveries it touched.
    """

    at: datetime
    actor: str
    act: str
    detail: str
    number: int


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
        at: when.
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
