"""Builders for what comes back: a signed bulletin to bodies with backup mailboxes, reports about its mails."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import update

from distributor import tokens
from distributor.deliver import verp
from distributor.model.ledger import LedgerRow
from distributor.model.recipient import AddressBook, Contact, MailboxRole, MailFormat, RecipientList, Role
from distributor.model.run import Delivery, DeliveryState, Mailing, Run
from distributor.model.sign_off import SignedVariant, SignOff, VariantKey
from distributor.recipients import make_plan
from distributor.store import address_book, blobs, bulletins, deliveries, freezing, sign_offs, tables
from distributor.store.engine import Database
from distributor.usecases.context import Context
from distributor.usecases.freeze_runs import new_delivery
from tests.support.books import body, footer, mailbox
from tests.support.ledger import make_context, make_variant
from tests.support.records import make_record

REPORT = RecipientList("bao", "报送名单", ("报",), Role.REPORT)
OPEN = RecipientList("song", "分送名单", ("送",), Role.SEND, must_receive=False)
MOST, MOF = body("most", "科学技术部", short="科技部"), body("mof", "财政部")
FIRST = mailbox("most", "bgt@most.example")
SPARE = mailbox("most", "spare@most.example", mailbox=MailboxRole.BACKUP)
OTHER = mailbox("mof", "bgt@mof.example")
_numbers = count(1)


async def make_sent_run(
    database: Database,
    folder: Path,
    contacts: Sequence[Contact] = (FIRST, SPARE, OTHER),
    *,
    label: str = "报",
    state: DeliveryState = DeliveryState.SENT,
) -> tuple[Context, Run, tuple[Delivery, ...]]:
    """An installation with a run to both bodies whose deliveries stand in one state."""
    context = make_context(database, folder)
    book = AddressBook((MOST, MOF), tuple(contacts), (), (REPORT, OPEN))
    plan = make_plan([footer(label, "科技部、财政部")], book)
    list_id = plan.rows[0].list_id
    key = f"b{next(_numbers)}-{tokens.new_key(6)}"
    now = context.now()
    run = Run(tokens.new_key(), key, list_id, Mailing.DIGEST, f"s-{key}", now, "编辑部", began=now)
    async with database.write() as connection:
        variant = await blobs.put(connection, make_variant().to_bytes())
        record = make_record(id=key)
        original = await blobs.put(connection, key.encode())
        await bulletins.add(connection, replace(record, original=replace(record.original, sha256=original)))
        bound = SignedVariant(VariantKey(list_id, "zh-CN", MailFormat.HTML), variant)
        await sign_offs.add(
            connection, SignOff(run.sign_off_id, key, "签发人", now, record.content_hash, plan, (bound,))
        )
        await address_book.replace(connection, book)
        made = tuple(new_delivery(run, row, variant, context.sender) for row in plan.rows)
        await freezing.freeze(connection, run, made)
    await set_state(database, made, state)
    return context, run, tuple(replace(one, state=state) for one in made)


async def set_state(database: Database, chosen: Sequence[Delivery], state: DeliveryState, **values: object) -> None:
    """Bring deliveries to a state without an engine."""
    table = tables.deliveries
    async with database.write() as connection:
        finished = await database.now(connection) - timedelta(seconds=1)
        change = update(table).where(table.c.id.in_([one.id for one in chosen]))
        await connection.execute(change.values({"state": state, "finished": finished, **values}))


async def ledger_of(database: Database, run: Run) -> dict[str, LedgerRow]:
    """The ledger of a run by address."""
    async with database.read() as connection:
        return {row.delivery.address: row for row in await deliveries.ledger(connection, run.id)}


def report_about(
    delivery: Delivery,
    said: str = "550 5.1.1 no such user",
    *,
    status: str = "5.1.1",
    action: str = "failed",
    final: str | None = None,
    number: int = 1,
) -> bytes:
    """A report as Postfix writes it."""
    text = f"""Return-Path: <>
From: MAILER-DAEMON@relay.example
To: bulletin@xiefa.example
Subject: Undelivered Mail Returned to Sender ({number})
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; {final or delivery.address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--b
Content-Type: text/rfc822-headers

Message-ID: {delivery.message_id}

--b--
"""
    return text.replace("\n", "\r\n").encode()


def complaint_about(delivery: Delivery) -> bytes:
    """A complaint as a provider writes it."""
    text = f"""From: abuse@provider.example
To: bulletin@xiefa.example
Subject: complaint
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1.0
Original-Rcpt-To: {delivery.address}

--b
Content-Type: message/rfc822

Message-ID: {delivery.message_id}
Subject: x

x
--b--
"""
    return text.replace("\n", "\r\n").encode()


def sealed_address(context: Context, delivery: Delivery) -> str:
    """The address for reports about a delivery."""
    return verp.return_address(context.sender.address, delivery.id, context.token_keys)
