"""Find out what a notice has to say: read it from the ledger and the address book when it is sent."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import compose
from distributor.compose import BounceReport, FailedBody, NoticeContext, RunReport, UnsubscribeReceived
from distributor.model.ledger import LedgerRow
from distributor.model.notice import Notice, NoticeKind
from distributor.model.run import DeliveryState, Run, RunCounts
from distributor.store import deliveries, notices, runs, tickets
from distributor.usecases.context import Context
from distributor.usecases.sample_mail import trial_mail
from distributor.usecases.write_alarm import (
    ALARMS,
    NothingToSay,
    alarm_words,
    body_key,
    failed_address,
    list_name,
    local,
    run_url,
    title_of,
)

__all__ = ["NothingToSay", "words_of"]

_MOST_BODIES: Final = 50
_ENDS: Final = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SUPPRESSED, DeliveryState.CANCELLED)


async def words_of(connection: AsyncConnection, context: Context, notice: Notice) -> NoticeContext | None:
    """Give the values for the templates of a notice; None while there is nothing to be said yet.

    Args:
        connection: an open transaction.
        context: the installation, as `designed` gave it.
        notice: anything but a preview.

    Raises:
        NotFound: what it is about does not exist any more.
        NothingToSay: it has settled itself meanwhile.
    """
    if notice.kind is NoticeKind.UNSUBSCRIBE_RECEIVED:
        return await _unsubscribe(connection, context, notice.object_id)
    if notice.kind is NoticeKind.TEST:
        theme = compose.theme_view(context.design.theme)
        return trial_mail(context, str(notice.details.get("by", "")), context.now(), theme)
    if notice.kind in ALARMS:
        return await alarm_words(connection, context, notice)
    run = await runs.get(connection, notice.object_id)
    counts = (await runs.counts(connection, [run.id]))[run.id]
    if not counts.is_finished:
        # somebody has tried it again since
        return None
    rows = await deliveries.ledger(connection, run.id)
    if notice.kind is NoticeKind.BOUNCE_REPORT:
        return await _bounces(connection, context, run, rows)
    return await _report(connection, context, run, counts, rows)


async def _unsubscribe(connection: AsyncConnection, context: Context, ticket_id: str) -> UnsubscribeReceived:
    ticket = await tickets.get(connection, ticket_id)
    return UnsubscribeReceived(
        title=context.publication.name,
        address=ticket.address,
        bodies="、".join(await notices.bodies_of(connection, ticket.address)),
        list_name=await list_name(connection, ticket.list_id),
        opened=local(context, ticket.opened),
        due=local(context, ticket.due),
        tickets_url=f"{context.publication.base_url}/desk/tickets",
        theme=compose.theme_view(context.design.theme),
    )


async def _bounces(connection: AsyncConnection, context: Context, run: Run, rows: Sequence[LedgerRow]) -> BounceReport:
    failed = [row for row in rows if row.delivery.state is DeliveryState.FAILED]
    if not failed:
        raise NothingToSay
    by_body = [list(group) for _, group in groupby(sorted(failed, key=body_key), key=body_key)]
    shown = [await _failed_body(connection, context, run, group) for group in by_body[:_MOST_BODIES]]
    return BounceReport(
        title=context.publication.name,
        bulletin=await title_of(connection, run),
        list_name=await list_name(connection, run.list_id),
        count=len(failed),
        total=len(rows),
        bodies=tuple(shown),
        more=len(by_body) - len(shown),
        run_url=run_url(context, run),
        theme=compose.theme_view(context.design.theme),
    )


async def _failed_body(
    connection: AsyncConnection, context: Context, run: Run, rows: Sequence[LedgerRow]
) -> FailedBody:
    body = rows[0].delivery.organization
    known = () if body is None else await notices.reached(connection, run.bulletin_id, body)
    backups = () if body is None else await notices.untried_backups(connection, run.bulletin_id, body)
    return FailedBody(
        name=rows[0].delivery.organization_name,
        addresses=tuple(failed_address(context, row) for row in rows),
        reached=known,
        backups=backups,
    )


async def _report(
    connection: AsyncConnection, context: Context, run: Run, counts: RunCounts, rows: Sequence[LedgerRow]
) -> RunReport:
    ended = max((row.finished for row in rows if row.finished is not None), default=None)
    minutes = 1 if run.began is None or ended is None else max(1, round((ended - run.began).total_seconds() / 60))
    sent, failed, suppressed, cancelled = (counts.of(state) for state in _ENDS)
    return RunReport(
        title=context.publication.name,
        bulletin=await title_of(connection, run),
        list_name=await list_name(connection, run.list_id),
        by=run.created_by,
        began=None if run.began is None else local(context, run.began),
        ended=None if ended is None else local(context, ended),
        minutes=minutes,
        total=counts.total,
        sent=sent,
        failed=failed,
        suppressed=suppressed,
        cancelled=cancelled,
        doubts=await notices.doubts(connection, run.id),
        excluded=run.excluded,
        is_balanced=counts.total == sent + failed + suppressed + cancelled,
        run_url=run_url(context, run),
        theme=compose.theme_view(context.design.theme),
    )
