"""Failures have consequences: an address is suspended, a backup mailbox tried, the secretariat told."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from distributor.access import Actor
from distributor.model.conduct import Conduct
from distributor.model.recipient import MailboxRole, Suppression
from distributor.model.run import DeliveryState, PauseReason, RefusalClass
from distributor.store import address_book, follow_ups, runs, suppressions, tickets
from distributor.store.engine import Database
from distributor.usecases.cancel_run import cancel_run
from distributor.usecases.context import Context
from distributor.usecases.follow_up_failures import FollowedUp, decayed, follow_up_failures
from distributor.usecases.retry_deliveries import retry_deliveries
from distributor.usecases.take_bounce import take_bounce
from tests.support.books import mailbox
from tests.support.ledger import make_run, rows_of
from tests.support.returning import FIRST, OTHER, SPARE, ledger_of, make_sent_run, report_about, set_state

pytestmark = pytest.mark.anyio

AT_ONCE = timedelta(0)
SECOND = mailbox("most", "cc@most.example", mailbox=MailboxRole.CC)
LAST = mailbox("most", "last@most.example", mailbox=MailboxRole.BACKUP)


async def follow(context: Context) -> FollowedUp:
    return await follow_up_failures(context, patience=AT_ONCE)


async def reasons(context: Context, address: str) -> list[str]:
    async with context.database.read() as connection:
        return [one.reason for one in await suppressions.of_address(connection, address)]


async def kinds(context: Context) -> list[tuple[str, str]]:
    async with context.database.read() as connection:
        return sorted((one.kind, one.address) for one in await tickets.page(connection, 50))


async def test_a_dead_address_is_suspended_and_the_signed_backup_gets_the_bulletin(
    database: Database, tmp_path: Path
) -> None:
    context, run, (first, _) = await make_sent_run(database, tmp_path)
    await take_bounce(context, report_about(first))
    assert await follow(context) == FollowedUp(failures=1, suspended=1, substituted=1)
    rows = await ledger_of(database, run)
    backup = rows[SPARE.address].delivery
    assert backup.state is DeliveryState.PENDING
    assert backup.variant == first.variant
    assert backup.message_id != first.message_id
    assert await reasons(context, first.address) == ["address"]
    assert await kinds(context) == [("bounce", first.address)]
    async with database.read() as connection:
        assert await follow_ups.substitutes_of(connection, run.id) == {backup.id: first.address}
        assert [event.act for event in await runs.events(connection, run.id)] == ["backup"]
    assert await follow(context) == FollowedUp()


async def test_a_refusal_at_the_door_has_the_same_consequences(database: Database, tmp_path: Path) -> None:
    context, run, (first, _) = await make_sent_run(database, tmp_path, state=DeliveryState.SENT)
    values = {"refusal": "address", "reply_phase": "rcpt", "reply_code": 550, "reply_text": "no such user"}
    await set_state(database, [first], DeliveryState.FAILED, **values)
    assert (await follow(context)).substituted == 1
    assert SPARE.address in await ledger_of(database, run)


async def test_a_body_that_was_reached_at_another_address_needs_no_backup(database: Database, tmp_path: Path) -> None:
    context, run, (first, *_) = await make_sent_run(database, tmp_path, (FIRST, SECOND, SPARE, OTHER))
    await take_bounce(context, report_about(first))
    assert (await follow(context)).substituted == 0
    assert SPARE.address not in await ledger_of(database, run)
    assert await kinds(context) == [("bounce", first.address)]


async def test_backups_are_tried_one_after_the_other_and_then_a_person_is_told(
    database: Database, tmp_path: Path
) -> None:
    context, run, (first, _) = await make_sent_run(database, tmp_path, (FIRST, SPARE, LAST, OTHER))
    conduct = Conduct(breaker_least=50)
    context = replace(context, conduct=conduct)
    await take_bounce(context, report_about(first))
    await follow(context)
    for backup in (SPARE, LAST):
        row = (await ledger_of(database, run))[backup.address]
        await set_state(database, [row.delivery], DeliveryState.SENT)
        await take_bounce(context, report_about(row.delivery))
        done = await follow(context)
    assert done == FollowedUp(failures=1, suspended=1, missed=1)
    assert ("missed", LAST.address) in await kinds(context)


async def test_only_what_was_signed_is_a_backup(database: Database, tmp_path: Path) -> None:
    context, run, (first, _) = await make_sent_run(database, tmp_path, (FIRST, OTHER))
    async with database.write() as connection:
        book = await address_book.load(connection)
        await address_book.replace(connection, replace(book, contacts=(*book.contacts, SPARE)))
    await take_bounce(context, report_about(first))
    assert (await follow(context)).missed == 1
    assert set(await ledger_of(database, run)) == {FIRST.address, OTHER.address}
    assert await kinds(context) == [("missed", FIRST.address)]


async def test_a_backup_that_left_the_book_or_is_suppressed_is_not_tried(database: Database, tmp_path: Path) -> None:
    context, _, (first, _) = await make_sent_run(database, tmp_path)
    async with database.write() as connection:
        await suppressions.add(connection, Suppression(SPARE.address, "停发"), context.now())
    await take_bounce(context, report_about(first))
    assert (await follow(context)).missed == 1
    context, _, (first, _) = await make_sent_run(database, tmp_path)
    async with database.write() as connection:
        book = await address_book.load(connection)
        await address_book.replace(connection, replace(book, contacts=(FIRST, OTHER)))
    await take_bounce(context, report_about(first))
    assert (await follow(context)).missed == 1


async def test_a_cancelled_run_tries_no_backup(database: Database, tmp_path: Path) -> None:
    context, run, (first, second) = await make_sent_run(database, tmp_path)
    await set_state(database, [second], DeliveryState.PENDING)
    await cancel_run(context, Actor("值班"), run.id)
    await take_bounce(context, report_about(first))
    assert (await follow(context)).substituted == 0


async def test_policy_and_forwarding_cost_nobody_the_address(database: Database, tmp_path: Path) -> None:
    context, _, (first, second) = await make_sent_run(database, tmp_path)
    await take_bounce(context, report_about(first, "554 5.7.1 spam", status="5.7.1"))
    await take_bounce(context, report_about(second, final="x@elsewhere.example"))
    done = await follow(context)
    assert (done.failures, done.suspended) == (2, 0)
    assert done.substituted == 1


async def test_three_full_mailboxes_in_a_row_suspend_and_a_mail_that_arrived_between_starts_anew(
    database: Database, tmp_path: Path
) -> None:
    suspended = []
    for is_reached in (False, True, False, False, False):
        context, _, (first, _) = await make_sent_run(database, tmp_path)
        if is_reached:
            await set_state(database, [first], DeliveryState.SENT, finished=context.now())
        else:
            await take_bounce(context, report_about(first, "552 5.2.2 mailbox full", status="5.2.2"))
        suspended.append((await follow(context)).suspended)
    assert suspended == [0, 0, 0, 0, 1]
    assert await reasons(context, FIRST.address) == ["mailbox full"]


def test_a_score_is_half_forgotten_after_half_a_year() -> None:
    assert decayed(2, timedelta(days=180)) == 1
    assert decayed(2, timedelta(days=-1)) == 2


async def test_a_mass_failure_suspends_nobody_and_lets_the_run_stand_still(database: Database, tmp_path: Path) -> None:
    context, _, _ = await make_sent_run(database, tmp_path)
    run = await make_run(database, 10)
    rows = [row.delivery for row in await rows_of(database, run)]
    values = {"refusal": RefusalClass.ADDRESS, "reply_phase": "rcpt", "reply_code": 550, "reply_text": "no"}
    await set_state(database, rows[:2], DeliveryState.FAILED, **values)
    assert (await follow(context)).suspended == 2
    await set_state(database, rows[2:6], DeliveryState.FAILED, **values)
    done = await follow(context)
    assert (done.suspended, done.withheld) == (0, 4)
    for delivery in rows:
        assert await reasons(context, delivery.address) == []
    async with database.read() as connection:
        assert (await runs.get(connection, run.id)).pause_reason is PauseReason.MASS_FAILURE
        acts = [(event.act, event.number) for event in await runs.events(connection, run.id)]
    assert acts == [("restore", 2), ("pause", 0)]


async def test_a_delivery_that_failed_again_is_looked_at_again(database: Database, tmp_path: Path) -> None:
    context, run, (first, _) = await make_sent_run(database, tmp_path, (FIRST, OTHER))
    await take_bounce(context, report_about(first))
    await follow(context)
    async with database.write() as connection:
        # who is stopped is not sent anything again
        assert await suppressions.lift(connection, first.address, "", "address")
    await retry_deliveries(context, Actor("值班"), run.id)
    await set_state(database, [first], DeliveryState.SENT)
    await take_bounce(context, report_about(first, number=2))
    assert (await follow(context)).failures == 1


async def test_a_young_failure_waits(database: Database, tmp_path: Path) -> None:
    context, _, (first, _) = await make_sent_run(database, tmp_path)
    await take_bounce(context, report_about(first))
    assert await follow_up_failures(context) == FollowedUp()
