"""A run (一次分发) and its deliveries (投递): the values of the ledger."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from distributor.model.recipient import MailFormat, Role, address_key


class Mailing(StrEnum):
    """The kind of mailing: an address gets one of each kind for a bulletin."""

    DIGEST = "digest"
    CORRECTION = "correction"
    # what subscribers asked for; apart, so that a public subscription never stands in the way of 报 and 送
    SUBSCRIPTION = "subscription"


class DeliveryState(StrEnum):
    """Where a delivery stands; see the table of transitions in deliver/transitions.py."""

    PENDING = "pending"
    CLAIMED = "claimed"
    IN_DOUBT = "in doubt"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    CANCELLED = "cancelled"


FINAL_STATES = frozenset(
    {DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SUPPRESSED, DeliveryState.CANCELLED},
)


class DeliveryEvent(StrEnum):
    """What happens to a delivery; which event is allowed in which state stands in deliver/transitions.py."""

    CLAIM = "claim"
    RELEASE = "release"
    EXPIRE = "expire"
    MARK = "mark"
    ACCEPT = "accept"
    DEFER = "defer"
    REFUSE = "refuse"
    CONFIRM = "confirm"
    REPEAT = "repeat"
    GIVE_UP = "give up"
    BOUNCE = "bounce"
    SUPPRESS = "suppress"
    CANCEL = "cancel"
    REOPEN = "reopen"
    RETRY = "retry"
    RESEND = "resend"


class Phase(StrEnum):
    """The step of the SMTP conversation in which something was answered or lost (RFC 5321)."""

    CONNECT = "connect"
    TLS = "tls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"


class RefusalClass(StrEnum):
    """What a refusal speaks of, and so what is done about it; the table stands in deliver/refusals.py."""

    ADDRESS = "address"
    MAILBOX_FULL = "mailbox full"
    THROTTLE = "throttle"
    DAY_LIMIT = "day limit"
    GREYLIST = "greylist"
    POLICY = "policy"
    SET_UP = "our set-up"
    AUTHENTICATION = "authentication"
    TEMPORARY = "temporary"
    CONNECTION = "connection"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the relay answered, and in which phase.

    Args:
        phase: the step that was answered or lost.
        code: reply code, or 0 when there was no answer.
        text: the answer, decoded, on one line; with code 0 the last part of the message id `reply.<text>`.
    """

    phase: Phase
    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended.

    Args:
        state: SENT, DEFERRED, FAILED or IN_DOUBT; SUPPRESSED when our own allow-list forbids the address.
        reply: the answer that decided it.
        refusal: its class, None when it was accepted, is in doubt or was suppressed.
        is_heeded: the pace of the relay that said so has taken notice already.
        due: when its turn comes, by the clock of the database, where the pace left no room and nothing was tried.
    """

    state: DeliveryState
    reply: Reply
    refusal: RefusalClass | None = None
    is_heeded: bool = False
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one address.

    Args:
        id: minted when the run is frozen.
        run_id: the run it belongs to.
        address: envelope recipient and To.
        display_name: name in the To header, or None.
        organization: id of the body it is for, or None for a subscriber.
        organization_name: its name.
        list_id: recipient list that serves it.
        role: how it is addressed.
        language: BCP 47.
        format: HTML with text, or text alone.
        variant: digest of the signed rendering it gets.
        message_id: Message-ID with angle brackets, the same on every attempt.
        idempotency_key: value of the idempotency header, the same on every attempt.
        state: where it stands.
        attempts: how often it was tried.
        fence: number of the claim; a stale worker's fence no longer matches.
    """

    id: str
    run_id: str
    address: str
    display_name: str | None
    organization: str | None
    organization_name: str
    list_id: str
    role: Role
    language: str
    format: MailFormat
    variant: str
    message_id: str
    idempotency_key: str
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    fence: int = 0

    def unwanted_by(self, left_out: Collection[tuple[str, str]]) -> bool:
        """Tell whether its address is left out.

        Args:
            left_out: keys of addresses and lists, '' for every list.
        """
        key = address_key(self.address)
        return (key, "") in left_out or (key, self.list_id) in left_out


class PauseReason(StrEnum):
    """Why a run stands still until a person says otherwise."""

    PERSON = "person"
    MASS_FAILURE = "mass failure"
    RELAY = "relay"
    PAST_DUE = "past due"
    RESTORED = "restored"
    CANCELLED = "cancelled"


class RunStatus(StrEnum):
    """Where a run stands; always computed, never stored."""

    PREPARING = "preparing"
    WAITING = "waiting"
    ASKING = "asking"
    SENDING = "sending"
    PAUSED = "paused"
    DOUBTFUL = "doubtful"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Run:
    """One run: a bulletin to a frozen set of addresses of one list.

    Args:
        id: minted with it.
        bulletin_id: the bulletin.
        list_id: the recipient list.
        mailing: kind of mailing.
        sign_off_id: the sign-off it was frozen under.
        created: when.
        created_by: actor, or the schedule.
        schedule_id: the schedule that started it, None for a person.
        occurrence: the moment of the schedule, None for a person.
        excluded: addresses already served or suppressed, shown on its page.
        ready: when its recipients were complete, None while they are being written.
        began: when the first delivery of it was claimed, or None.
        paused: since when it stands still, or None.
        paused_by: who stopped it.
        pause_reason: why.
        confirmed: when a person said that it may begin although it is late, or None.
    """

    id: str
    bulletin_id: str
    list_id: str
    mailing: Mailing
    sign_off_id: str
    created: datetime
    created_by: str
    schedule_id: str | None = None
    occurrence: datetime | None = None
    excluded: int = 0
    ready: datetime | None = None
    began: datetime | None = None
    paused: datetime | None = None
    paused_by: str | None = None
    pause_reason: PauseReason | None = None
    confirmed: datetime | None = None

    @property
    def asks(self) -> bool:
        """Whether a person has to say that it may be sent at all."""
        return self.paused is not None and self.pause_reason in {PauseReason.PAST_DUE, PauseReason.RESTORED}


@dataclass(frozen=True, slots=True)
class RunCounts:
    """Deliveries of a run by state; the accounting identity holds by construction of the query.

    Args:
        total: frozen rows.
        by_state: how many stand in each state.
    """

    total: int
    by_state: dict[DeliveryState, int]

    def of(self, *states: DeliveryState) -> int:
        """Number of deliveries in the given states."""
        return sum(self.by_state.get(state, 0) for state in states)

    @property
    def is_finished(self) -> bool:
        """Terminal rows = frozen rows; computed, never stored."""
        return self.of(*FINAL_STATES) == self.total

    @property
    def is_balanced(self) -> bool:
        """Total = sent + failed + suppressed + cancelled + pending + in flight + in doubt."""
        return sum(self.by_state.values()) == self.total


def run_status(run: Run, counts: RunCounts) -> RunStatus:
    """Say where a run stands.

    Args:
        run: the run.
        counts: its deliveries by state.
    """
    if run.ready is None:
        return RunStatus.PREPARING
    if counts.is_finished:
        return RunStatus.FINISHED
    if run.paused is not None:
        return RunStatus.ASKING if run.asks else RunStatus.PAUSED
    if counts.of(DeliveryState.IN_DOUBT, *FINAL_STATES) == counts.total:
        return RunStatus.DOUBTFUL
    return RunStatus.WAITING if run.began is None else RunStatus.SENDING
