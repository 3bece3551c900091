"""How a run fares: numbers by body, reasons, pace; the values of its pages."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from distributor.model.ledger import LedgerRow
from distributor.model.run import DeliveryState, RefusalClass, RunCounts


@dataclass(frozen=True, slots=True)
class BodyProgress:
    """How far one body was reached.

    Args:
        organization: id of the body, None for readers that belong to none.
        name: its name.
        counts: its deliveries by state.
    """

    organization: str | None
    name: str
    counts: RunCounts


@dataclass(frozen=True, slots=True)
class Reason:
    """Why deliveries failed or wait, and how many of them.

    Args:
        state: failed or deferred.
        refusal: class of the refusal, or None.
        judgement: our own judgement (the last part of `reply.<text>`), or empty when a server answered.
        number: how many.
    """

    state: DeliveryState
    refusal: RefusalClass | None
    judgement: str
    number: int


@dataclass(frozen=True, slots=True)
class Pulse:
    """How fast a run goes.

    Args:
        per_minute: mails that were sent within the last minute.
        left: deliveries that have not come to an end.
        at: the moment this was counted, by the clock of the database.
    """

    per_minute: int
    left: int
    at: datetime

    @property
    def ends(self) -> datetime | None:
        """When it will be done at this pace, or None while nothing moves."""
        if not self.per_minute or not self.left:
            return None
        return self.at + timedelta(minutes=self.left / self.per_minute)


@dataclass(frozen=True, slots=True)
class LedgerQuery:
    """Which deliveries of a run are looked for.

    Args:
        state: in this state, None for every one.
        refusal: with this class of refusal, None for every one.
        word: part of the address or of the name of the body, in any case; empty for every one.
        organization: of this body, None for every one.
    """

    state: DeliveryState | None = None
    refusal: RefusalClass | None = None
    word: str = ""
    organization: str | None = None


@dataclass(frozen=True, slots=True)
class SentMail:
    """A delivery of any run, as the page of an address shows it.

    Args:
        row: the delivery.
        bulletin_id: the bulletin.
        mailing: digest, correction …
        created: when its run was made.
    """

    row: LedgerRow
    bulletin_id: str
    mailing: str
    created: datetime


@dataclass(frozen=True, slots=True)
class Measures:
    """What a monitoring system asks for.

    Args:
        by_state: deliveries by state.
        oldest_due_seconds: age of the oldest delivery that is due and has not been taken, 0 when there is none.
        claimed: deliveries in the hands of workers.
        sent_last_minute: mails that were sent within the last minute.
        open_tickets: tickets that nobody has settled.
        paused_runs: runs that stand still with something left to send.
    """

    by_state: dict[DeliveryState, int]
    oldest_due_seconds: float
    claimed: int
    sent_last_minute: int
    open_tickets: int
    paused_runs: int


@dataclass(frozen=True, slots=True)
class HouseMail:
    """A letter to a subscriber, or a notice of the house.

    Args:
        kind: name of its templates; the name for people is `house-mail.<kind>`.
        state: PENDING, SENT, FAILED, or CANCELLED when there was nothing more to say.
        made: when it was owed.
        ended: when it was sent or given up, or None.
        answer: what the relay said, or empty.
    """

    kind: str
    state: DeliveryState
    made: datetime
    ended: datetime | None
    answer: str
