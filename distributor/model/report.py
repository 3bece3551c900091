"""What comes back about mails we sent: reports of failures, complaints, wishes to leave; and what was made of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from distributor.model.run import RefusalClass


class ReportKind(StrEnum):
    """What a mail that came back is."""

    FAILURE = "failure"
    DELAY = "delay"
    SUCCESS = "success"
    COMPLAINT = "complaint"
    UNSUBSCRIBE = "unsubscribe"
    AUTOMATIC = "automatic"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Trace:
    """What a report says about the message of ours that it speaks of.

    Args:
        verified: id of the delivery from an address that only we can have made, or None.
        envelope_ids: ids of deliveries as the relay was told them (RFC 3461).
        message_ids: Message-IDs with angle brackets, those of returned headers before others.
        keys: values of the idempotency header.
    """

    verified: str | None = None
    envelope_ids: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A recipient of whom a report says that they were not reached.

    Args:
        addresses: the address that failed and the one it was first sent to, as far as the report names them.
        status: enhanced status (RFC 3463), or empty.
        diagnostic: what the server said, on one line.
        refusal: its class.
    """

    addresses: tuple[str, ...]
    status: str
    diagnostic: str
    refusal: RefusalClass

    @property
    def said(self) -> str:
        """Status and words, for people."""
        return self.diagnostic if self.status and self.status in self.diagnostic else self._with_status

    @property
    def _with_status(self) -> str:
        return f"{self.status} {self.diagnostic}".strip()


@dataclass(frozen=True, slots=True)
class Report:
    """A mail that came back, read.

    Args:
        kind: what it is.
        trace: which message it speaks of.
        undelivered: who was not reached, for a failure or a delay.
        token: token of the link to unsubscribe, for a wish to leave.
    """

    kind: ReportKind
    trace: Trace = Trace()
    undelivered: tuple[Undelivered, ...] = ()
    token: str = ""


class Taking(StrEnum):
    """What was made of a mail that came back."""

    # the delivery has failed by it
    FAILED = "failed"
    # nothing to do: a delay, an answering machine, something else
    IGNORED = "ignored"
    # it speaks of no delivery that we know, or of one that has no need of it
    UNMATCHED = "unmatched"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    # it was taken before
    REPEATED = "repeated"
    # the mail that failed is sent once more anyhow: what becomes of that decides
    NOTED = "noted"
    # the delivery is still in a worker's hands: it has to come again
    EARLY = "early"


@dataclass(frozen=True, slots=True)
class TakenReport:
    """A mail that came back, as the database keeps it.

    Args:
        digest: digest of its bytes.
        at: when it was taken.
        kind: what it is.
        taking: what was made of it.
        delivery_id: the delivery, or None.
        said: what the server said, or empty.
    """

    digest: str
    at: datetime
    kind: ReportKind
    taking: Taking
    delivery_id: str | None = None
    said: str = ""
