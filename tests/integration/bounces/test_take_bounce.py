"""What comes back about mails is taken once and lands at the right delivery, on both databases."""

from pathlib import Path

import pytest

from distributor import tokens
from distributor.model.report import ReportKind, Taking
from distributor.model.run import DeliveryState, RefusalClass
from distributor.store import claims, deliveries, returns, suppressions, tickets
from distributor.store.engine import Database
from distributor.usecases.context import Context
from distributor.usecases.request_unsubscribe import PURPOSE
from distributor.usecases.take_bounce import take_bounce
from tests.support.ledger import counts_of
from tests.support.returning import (
    FIRST,
    complaint_about,
    ledger_of,
    make_sent_run,
    report_about,
    sealed_address,
    set_state,
)

pytestmark = pytest.mark.anyio


async def stopped(context: Context, address: str) -> list[tuple[str, str | None]]:
    async with context.database.read() as connection:
        return [(one.reason, one.list_id) for one in await suppressions.of_address(connection, address)]


async def open_tickets(context: Context) -> list[tuple[str, str]]:
    async with context.database.read() as connection:
        return [(one.kind, one.address) for one in await tickets.page(connection, 50)]


async def test_a_report_lets_the_delivery_fail_once(database: Database, tmp_path: Path) -> None:
    context, run, (first, _) = await make_sent_run(database, tmp_path)
    report = report_about(first)
    taken = await take_bounce(context, report)
    assert (taken.kind, taken.taking, taken.delivery_id) == (ReportKind.FAILURE, Taking.FAILED, first.id)
    row = (await ledger_of(database, run))[first.address]
    assert (row.delivery.state, row.refusal) == (DeliveryState.FAILED, RefusalClass.ADDRESS)
    assert row.reply is not None
    assert (row.reply.code, row.reply.text) == (550, "5.1.1 no such user")
    assert (await counts_of(database, run)).is_balanced
    async with database.read() as connection:
        events = await deliveries.events(connection, first.id)
        reports = await returns.of_deliveries(connection, [first.id])
    assert [(event.state, event.worker, event.code) for event in events] == [(DeliveryState.FAILED, "report", 550)]
    assert [one.taking for one in reports] == [Taking.FAILED]
    assert (await take_bounce(context, report)).taking is Taking.REPEATED
    another = await take_bounce(context, report_about(first, number=2))
    assert another.taking is Taking.UNMATCHED


async def test_a_delay_changes_nothing(database: Database, tmp_path: Path) -> None:
    context, run, (first, _) = await make_sent_run(database, tmp_path)
    delayed = report_about(first, "connect: timed out", status="4.4.1", action="delayed")
    assert (await take_bounce(context, delayed)).taking is Taking.IGNORED
    assert (await ledger_of(database, run))[first.address].delivery.state is DeliveryState.SENT


async def test_an_address_that_only_we_can_have_made_outweighs_other_hints(database: Database, tmp_path: Path) -> None:
    context, _, (first, second) = await make_sent_run(database, tmp_path)
    taken = await take_bounce(context, report_about(second), sealed_address(context, first))
    assert taken.delivery_id == first.id


async def test_a_report_about_somewhere_else_blames_no_address(database: Database, tmp_path: Path) -> None:
    context, run, (first, _) = await make_sent_run(database, tmp_path)
    await take_bounce(context, report_about(first, final="somebody@elsewhere.example"))
    assert (await ledger_of(database, run))[first.address].refusal is RefusalClass.TEMPORARY


async def test_a_report_that_comes_before_our_own_note_is_asked_for_again(database: Database, tmp_path: Path) -> None:
    context, _, (first, _) = await make_sent_run(database, tmp_path)
    await set_state(database, [first], DeliveryState.IN_DOUBT, worker="w")
    assert (await take_bounce(context, report_about(first))).taking is Taking.EARLY
    await set_state(database, [first], DeliveryState.SENT)
    assert (await take_bounce(context, report_about(first))).taking is Taking.FAILED


async def test_a_report_about_a_delivery_in_doubt_ends_the_doubt(database: Database, tmp_path: Path) -> None:
    context, run, (first, _) = await make_sent_run(database, tmp_path)
    await set_state(
        database, [first], DeliveryState.IN_DOUBT, worker=None, lease_until=context.now(), warned=True, finished=None
    )
    report = report_about(first)
    assert (await take_bounce(context, report)).taking is Taking.FAILED
    row = (await ledger_of(database, run))[first.address]
    assert (row.delivery.state, row.refusal) == (DeliveryState.FAILED, RefusalClass.ADDRESS)
    assert row.finished is not None
    async with database.read() as connection:
        assert await claims.doubtful(connection) == ()
    assert (await counts_of(database, run)).is_finished
    assert (await take_bounce(context, report)).taking is Taking.REPEATED


@pytest.mark.parametrize("state", [DeliveryState.PENDING, DeliveryState.DEFERRED])
async def test_a_report_about_a_mail_that_is_sent_once_more_stands_in_the_history(
    database: Database, tmp_path: Path, state: DeliveryState
) -> None:
    context, run, (first, _) = await make_sent_run(database, tmp_path)
    await set_state(database, [first], state, finished=None)
    assert (await take_bounce(context, report_about(first))).taking is Taking.NOTED
    assert (await ledger_of(database, run))[first.address].delivery.state is state
    async with database.read() as connection:
        (event,) = await deliveries.events(connection, first.id)
    assert (event.state, event.worker, event.code, event.refusal) == (state, "report", 550, RefusalClass.ADDRESS)
    # the report about the next copy decides
    await set_state(database, [first], DeliveryState.SENT)
    assert (await take_bounce(context, report_about(first, number=2))).taking is Taking.FAILED


@pytest.mark.parametrize("data", [b"", b"Subject: hello\r\n\r\nhello\r\n"])
async def test_what_speaks_of_nothing_is_written_down_and_changes_nothing(
    database: Database, tmp_path: Path, data: bytes
) -> None:
    context, run, _ = await make_sent_run(database, tmp_path)
    assert (await take_bounce(context, data)).taking is Taking.IGNORED
    assert (await take_bounce(context, data)).taking is Taking.REPEATED
    assert (await counts_of(database, run)).of(DeliveryState.SENT) == 2


async def test_a_failure_of_a_stranger_is_unmatched(database: Database, tmp_path: Path) -> None:
    context, _, (first, _) = await make_sent_run(database, tmp_path)
    foreign = report_about(first).replace(first.message_id.encode(), b"<foreign@elsewhere.example>")
    assert (await take_bounce(context, foreign)).taking is Taking.UNMATCHED


async def test_a_complaint_of_who_must_receive_opens_a_ticket_and_stops_nothing(
    database: Database, tmp_path: Path
) -> None:
    context, run, (first, _) = await make_sent_run(database, tmp_path)
    assert (await take_bounce(context, complaint_about(first))).taking is Taking.COMPLAINED
    assert await stopped(context, first.address) == []
    assert await open_tickets(context) == [("complaint", first.address)]
    assert (await ledger_of(database, run))[first.address].delivery.state is DeliveryState.SENT


async def test_a_complaint_of_anybody_else_stops_every_list(database: Database, tmp_path: Path) -> None:
    context, _, (first, _) = await make_sent_run(database, tmp_path, label="送")
    await take_bounce(context, complaint_about(first))
    assert await stopped(context, first.address) == [("complaint", None)]
    assert await open_tickets(context) == []
    async with database.read() as connection:
        events = await deliveries.events(connection, first.id)
    assert [event.text for event in events] == ["complaint-received"]


async def test_a_mail_with_the_token_of_the_link_unsubscribes(database: Database, tmp_path: Path) -> None:
    context, _, _ = await make_sent_run(database, tmp_path, label="送")
    token = tokens.sign(PURPOSE, [FIRST.address, "song"], context.token_keys)
    mail = f"From: x@most.example\r\nSubject: unsubscribe {token}\r\n\r\n".encode()
    assert (await take_bounce(context, mail)).taking is Taking.UNSUBSCRIBED
    assert [list_id for _, list_id in await stopped(context, FIRST.address)] == ["song"]


async def test_a_forged_token_unsubscribes_nobody(database: Database, tmp_path: Path) -> None:
    context, _, _ = await make_sent_run(database, tmp_path, label="送")
    token = tokens.sign(PURPOSE, [FIRST.address, "song"], ["another key"])
    mail = f"Subject: unsubscribe {token}\r\n\r\n".encode()
    assert (await take_bounce(context, mail)).taking is Taking.UNMATCHED
    assert await stopped(context, FIRST.address) == []
