"""Find out what an alarm has to say when it is sent: a run that stands still, servers that refuse, bodies that wait."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import compose
from distributor.compose import NoticeContext, OverdueBody, RefusingDomain, RunOverdue, RunPaused, RunRefused
from distributor.i18n import negotiate, translate
from distributor.model.ledger import LedgerRow
from distributor.model.notice import Notice, NoticeKind
from distributor.model.record import display_title
from distributor.model.run import FINAL_STATES, PauseReason, Reply, Run
from distributor.store import address_book, alarms, bulletins, notices, runs
from distributor.usecases.context import Context
from distributor.usecases.owe_alarms import pause_key
from distributor.usecases.survey_runs import ALARMING

_MOST: Final = 20
ALARMS: Final = frozenset({NoticeKind.RUN_PAUSED, NoticeKind.RUN_REFUSED, NoticeKind.RUN_OVERDUE})


class NothingToSay(Exception):
    """What was owed has settled itself meanwhile: those who failed were reached after all."""


async def alarm_words(connection: AsyncConnection, context: Context, notice: Notice) -> NoticeContext:
    """Give the values for the templates of an alarm.

    Args:
        connection: an open transaction.
        context: the installation.
        notice: one of ALARMS.

    Raises:
        NotFound: the run does not exist any more.
        NothingToSay: it has settled itself meanwhile.
    """
    run = await runs.get(connection, notice.object_id.rpartition(":")[0])
    told = notice.details.get("about")
    about = tuple(map(str, told)) if isinstance(told, list | tuple) else ()
    if notice.kind is NoticeKind.RUN_PAUSED:
        return await _paused(connection, context, run, about)
    if notice.kind is NoticeKind.RUN_REFUSED:
        return await _refused(connection, context, run, about)
    return await _overdue(connection, context, run, about)


async def _paused(connection: AsyncConnection, context: Context, run: Run, about: Collection[str]) -> RunPaused:
    counts = (await runs.counts(connection, [run.id]))[run.id]
    if run.paused is None or run.pause_reason is None or pause_key(run) not in about or counts.is_finished:
        raise NothingToSay
    domains = [_domain(context, one) for one in await alarms.refused(connection, run.id)]
    return RunPaused(
        title=context.publication.name,
        bulletin=await title_of(connection, run),
        list_name=await list_name(connection, run.list_id),
        reason=run.pause_reason.value,
        since=local(context, run.paused),
        left=counts.total - counts.of(*FINAL_STATES),
        total=counts.total,
        said=await _said(connection, run),
        domains=tuple(domains[:_MOST]),
        more=max(0, len(domains) - _MOST),
        run_url=run_url(context, run),
        theme=compose.theme_view(context.design.theme),
    )


async def _said(connection: AsyncConnection, run: Run) -> str:
    """Give what the relay said when the run was stopped, if it is written down."""
    if run.pause_reason is not PauseReason.RELAY:
        return ""
    said = [event.detail for event in await runs.events(connection, run.id) if event.act == "pause"]
    return "" if not said or said[-1] in {"-", run.pause_reason.value} else said[-1]


async def _refused(connection: AsyncConnection, context: Context, run: Run, about: Collection[str]) -> RunRefused:
    if run.paused is not None and run.pause_reason is not PauseReason.PERSON:
        # the mail about the pause tells of it
        raise NothingToSay
    found = [one for one in await alarms.refused(connection, run.id, ALARMING) if one.domain in about]
    if not found:
        raise NothingToSay
    counts = (await runs.counts(connection, [run.id]))[run.id]
    return RunRefused(
        title=context.publication.name,
        bulletin=await title_of(connection, run),
        list_name=await list_name(connection, run.list_id),
        count=sum(one.count for one in found),
        total=counts.total,
        domains=tuple(_domain(context, one) for one in found[:_MOST]),
        more=max(0, len(found) - _MOST),
        run_url=run_url(context, run),
        theme=compose.theme_view(context.design.theme),
    )


async def _overdue(connection: AsyncConnection, context: Context, run: Run, about: Collection[str]) -> RunOverdue:
    rows = await alarms.open_among(connection, about)
    if not rows:
        raise NothingToSay
    by_body = [list(group) for _, group in groupby(sorted(rows, key=body_key), key=body_key)]
    return RunOverdue(
        title=context.publication.name,
        bulletin=await title_of(connection, run),
        list_name=await list_name(connection, run.list_id),
        hours=round(context.conduct.retry_hours),
        count=len(rows),
        bodies=tuple([await _overdue_body(connection, context, run, group) for group in by_body[:_MOST]]),
        more=max(0, len(by_body) - _MOST),
        run_url=run_url(context, run),
        theme=compose.theme_view(context.design.theme),
    )


async def _overdue_body(
    connection: AsyncConnection, context: Context, run: Run, rows: Sequence[LedgerRow]
) -> OverdueBody:
    body = rows[0].delivery.organization
    return OverdueBody(
        name=rows[0].delivery.organization_name,
        addresses=tuple(failed_address(context, row) for row in rows),
        reached=() if body is None else await notices.reached(connection, run.bulletin_id, body),
        substitutes=() if body is None else await alarms.substitutes(connection, run.bulletin_id, body),
    )


def _domain(context: Context, one: alarms.Refused) -> RefusingDomain:
    return RefusingDomain(one.domain, one.count, one.refusal.value, said_by(context, one.sample.reply))


def failed_address(context: Context, row: LedgerRow) -> compose.FailedAddress:
    """Give what is told of an address that was not reached.

    Args:
        context: the installation.
        row: the delivery.
    """
    reason = "temporary" if row.refusal is None else row.refusal.value
    return compose.FailedAddress(row.delivery.address, reason, said_by(context, row.reply), row.delivery.attempts)


def said_by(context: Context, reply: Reply | None) -> str:
    """Give an answer in words.

    Args:
        context: the installation.
        reply: the answer, if there was one.
    """
    if reply is None:
        return "—"
    if reply.code:
        return f"{reply.code} {reply.text}"
    return translate(f"reply.{reply.text}", negotiate(context.publication.language))


def body_key(row: LedgerRow) -> tuple[str, str]:
    """Give what the deliveries of one body have in common."""
    return row.delivery.organization or "", row.delivery.organization_name or row.delivery.address


async def title_of(connection: AsyncConnection, run: Run) -> str:
    """Give name and number of the bulletin of a run."""
    return display_title((await bulletins.get(connection, run.bulletin_id)).masthead)


async def list_name(connection: AsyncConnection, list_id: str) -> str:
    """Give the name of a recipient list for people."""
    lists = await address_book.load_lists(connection)
    return next((entry.name for entry in lists if entry.id == list_id), list_id)


def local(context: Context, moment: datetime) -> datetime:
    """Give a moment in the zone of the publication."""
    return moment.astimezone(ZoneInfo(context.publication.time_zone))


def run_url(context: Context, run: Run) -> str:
    """Give the address of the page of a run."""
    return f"{context.publication.base_url}/desk/runs/{run.id}"
