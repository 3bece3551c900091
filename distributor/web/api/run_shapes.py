"""What the API says about runs and their deliveries."""

from datetime import datetime

from distributor.model.ledger import LedgerRow
from distributor.model.recipient import MailFormat, Role
from distributor.model.run import DeliveryState, Mailing, PauseReason, Phase, RefusalClass, RunStatus
from distributor.usecases.list_runs import RunSummary
from distributor.web.api.shapes import Shape


class RunShape(Shape):
    """A run; the total is the sum of the numbers by state, at every moment."""

    id: str
    bulletin_id: str
    list_id: str
    mailing: Mailing
    status: RunStatus
    created: datetime
    created_by: str
    schedule_id: str | None
    occurrence: datetime | None
    began: datetime | None
    paused: datetime | None
    pause_reason: PauseReason | None
    excluded: int
    total: int
    by_state: dict[DeliveryState, int]


class ReplyShape(Shape):
    """The newest answer of the relay."""

    phase: Phase
    code: int
    text: str


class DeliveryShape(Shape):
    """One message to one address."""

    id: str
    address: str
    display_name: str | None
    organization: str | None
    organization_name: str
    role: Role
    language: str
    format: MailFormat
    message_id: str
    state: DeliveryState
    attempts: int
    reply: ReplyShape | None
    refusal: RefusalClass | None
    next_attempt: datetime | None
    finished: datetime | None


def run_shape(summary: RunSummary) -> RunShape:
    """Write a run for programs.

    Args:
        summary: the run and its numbers.
    """
    run, counts = summary.run, summary.counts
    return RunShape(
        id=run.id,
        bulletin_id=run.bulletin_id,
        list_id=run.list_id,
        mailing=run.mailing,
        status=summary.status,
        created=run.created,
        created_by=run.created_by,
        schedule_id=run.schedule_id,
        occurrence=run.occurrence,
        began=run.began,
        paused=run.paused,
        pause_reason=run.pause_reason,
        excluded=run.excluded,
        total=counts.total,
        by_state={state: counts.of(state) for state in DeliveryState},
    )


def delivery_shape(row: LedgerRow) -> DeliveryShape:
    """Write a delivery for programs.

    Args:
        row: the delivery with its newest answer.
    """
    one = row.delivery
    return DeliveryShape(
        id=one.id,
        address=one.address,
        display_name=one.display_name,
        organization=one.organization,
        organization_name=one.organization_name,
        role=one.role,
        language=one.language,
        format=one.format,
        message_id=one.message_id,
        state=one.state,
        attempts=one.attempts,
        reply=None if row.reply is None else ReplyShape.model_validate(row.reply),
        refusal=row.refusal,
        next_attempt=None if row.finished is not None else row.next_attempt,
        finished=row.finished,
    )
