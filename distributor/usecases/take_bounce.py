"""Take a mail that came back: a failure, a complaint, a wish to leave, or nothing that matters."""

import re
from datetime import timedelta
from functools import partial

import anyio.to_thread
import idna
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import log, tokens
from distributor.deliver import next_state
from distributor.deliver.bounces import read_report
from distributor.errors import Refused
from distributor.model.canonical import digest_bytes
from distributor.model.recipient import Suppression, address_key
from distributor.model.report import Report, ReportKind, TakenReport, Taking, Undelivered
from distributor.model.run import Delivery, DeliveryEvent, DeliveryState, Phase, RefusalClass, Reply
from distributor.model.ticket import Ticket, TicketKind
from distributor.store import address_book, returns, suppressions, tickets
from distributor.usecases.context import Context
from distributor.usecases.request_unsubscribe import request_unsubscribe

_log = log.get_logger(__name__)

COMPLAINT = "complaint"
TICKET_DUE = timedelta(days=2)
# a report ends the doubt: the relay had taken the mail
_TAKEN = {DeliveryState.SENT: DeliveryEvent.BOUNCE, DeliveryState.IN_DOUBT: DeliveryEvent.GIVE_UP}
_DUE_AGAIN = frozenset({DeliveryState.PENDING, DeliveryState.DEFERRED})
_PERMANENT = 500
_FOR_NOW = 400


async def take_bounce(context: Context, data: bytes, recipient: str = "") -> TakenReport:
    """Take one mail that came back, once, however often it is handed in.

    EARLY means that nothing was written down, since a worker still has the delivery in hand: hand it in again.

    Args:
        context: the installation.
        data: its bytes.
        recipient: the envelope address it came to, or empty.
    """
    digest = digest_bytes(data)
    async with context.database.read() as connection:
        known = await returns.find(connection, digest)
    if known is not None:
        return TakenReport(digest, known.at, known.kind, Taking.REPEATED, known.delivery_id, known.said)
    report = await anyio.to_thread.run_sync(partial(read_report, data, context.token_keys, recipient=recipient))
    left = await _leave(context, report) if report.kind is ReportKind.UNSUBSCRIBE else None
    async with context.database.write() as connection:
        if await returns.find(connection, digest) is not None:
            return TakenReport(digest, context.now(), report.kind, Taking.REPEATED)
        delivery = await returns.traced(connection, report.trace)
        taking, said = left or Taking.UNMATCHED, ""
        if left is None:
            taking, said = await _take(connection, context, report, delivery)
        found = None if delivery is None or left is not None else delivery.id
        taken = TakenReport(digest, context.now(), report.kind, taking, found, said)
        if taking is not Taking.EARLY:
            await returns.add(connection, taken)
    _log.info("report-taken", kind=taken.kind.value, taking=taking.value, delivery=taken.delivery_id)
    return taken


async def _leave(context: Context, report: Report) -> Taking:
    """Do what the link of the mail would have done."""
    try:
        await request_unsubscribe(context, report.token)
    except Refused:
        return Taking.UNMATCHED
    return Taking.UNSUBSCRIBED


async def _take(
    connection: AsyncConnection, context: Context, report: Report, delivery: Delivery | None
) -> tuple[Taking, str]:
    if report.kind not in {ReportKind.FAILURE, ReportKind.COMPLAINT}:
        return Taking.IGNORED, report.undelivered[0].said if report.undelivered else ""
    if delivery is None:
        return Taking.UNMATCHED, ""
    if report.kind is ReportKind.COMPLAINT:
        return await _complain(connection, context, delivery, report)
    return await _fail(connection, context, delivery, report)


async def _fail(
    connection: AsyncConnection, context: Context, delivery: Delivery, report: Report
) -> tuple[Taking, str]:
    """Let the delivery fail; what follows of that is the matter of `follow_up_failures`."""
    if await returns.is_held(connection, delivery.id):
        return Taking.EARLY, ""
    one, refusal = judged(report, delivery.address)
    now = await context.database.now(connection)
    if delivery.state in _DUE_AGAIN:
        # after doubt, or because a person wants it: the next copy decides, and the history tells of this one
        await returns.note(connection, delivery, delivery.state, as_reply(one), now, refusal)
        return Taking.NOTED, one.said
    if delivery.state not in _TAKEN:
        return Taking.UNMATCHED, report.undelivered[0].said
    next_state(delivery.state, _TAKEN[delivery.state])
    await returns.bounce(connection, delivery, as_reply(one), refusal, now)
    return Taking.FAILED, one.said


def judged(report: Report, address: str) -> tuple[Undelivered, RefusalClass]:
    """Find what a report of a failure says about one address.

    A report about another address than the one that was written to speaks of somewhere it was forwarded to: our
    address exists, and must not be suspended for that.

    Args:
        report: the report.
        address: the address that was written to.
    """
    named = [one for one in report.undelivered if _names(one, address)]
    one = named[0] if named else report.undelivered[0]
    elsewhere = not named and any(found.addresses for found in report.undelivered)
    if elsewhere and report.trace.verified is None and one.refusal is RefusalClass.ADDRESS:
        return one, RefusalClass.TEMPORARY
    return one, one.refusal


def as_reply(one: Undelivered) -> Reply:
    """Write what a report says as the answer of a server.

    Args:
        one: the recipient that was not reached.
    """
    match = re.match(r"([45]\d\d)[ -]?\s*(.*)", one.diagnostic, re.DOTALL)
    if match is not None:
        return Reply(Phase.DOT, int(match.group(1)), match.group(2) or one.status)
    code = _FOR_NOW if one.status.startswith("4") else _PERMANENT
    return Reply(Phase.DOT, code, one.said or "-")


async def _complain(
    connection: AsyncConnection, context: Context, delivery: Delivery, report: Report
) -> tuple[Taking, str]:
    """Write no more to who complained; somebody who must receive is a matter for a person."""
    said = report.undelivered[0].said
    now, lists = context.now(), await address_book.load_lists(connection)
    must_receive = any(one.must_receive for one in lists if one.id == delivery.list_id)
    if must_receive:
        await open_ticket(connection, context, TicketKind.COMPLAINT, delivery)
    else:
        await suppressions.add(connection, Suppression(delivery.address, COMPLAINT), now)
    flagged = Reply(Phase.DOT, 0, "complaint-received")
    await returns.note(connection, delivery, delivery.state, flagged, await context.database.now(connection))
    return Taking.COMPLAINED, said


async def open_ticket(connection: AsyncConnection, context: Context, kind: TicketKind, delivery: Delivery) -> bool:
    """Ask the secretariat to look at the address of a delivery; returns whether a ticket was opened.

    Args:
        connection: an open writing transaction.
        context: the installation.
        kind: what it is about.
        delivery: the delivery.
    """
    now = context.now()
    ticket = Ticket(tokens.new_id(), kind.value, delivery.address, delivery.list_id, now, now + TICKET_DUE)
    return await tickets.add(connection, ticket)


def _names(one: Undelivered, address: str) -> bool:
    return _comparable(address) in {_comparable(found) for found in one.addresses}


def _comparable(address: str) -> str:
    """Write an address so that two spellings of its domain are equal (RFC 5891)."""
    local, _, domain = address_key(address).rpartition("@")
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode('ascii')}"
    except (idna.IDNAError, UnicodeError):
        return f"{local}@{domain}"
