"""A body that was refused for days is answered as after a failure, and its delivery stays open all the same."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from distributor.model.recipient import Contact, MailboxRole
from distributor.model.run import Delivery, DeliveryState, PauseReason, RefusalClass, Run
from distributor.store import runs, tables, tickets
from distributor.store.engine import Database
from distributor.usecases.context import Context
from distributor.usecases.follow_up_failures import FollowedUp, follow_up_failures
from distributor.usecases.follow_up_overdue import Answered, follow_up_overdue
from distributor.usecases.send_notices import send_notices
from tests.support.books import mailbox
from tests.support.messages import content, read_message
from tests.support.returning import FIRST, OTHER, SPARE, ledger_of, make_sent_run, set_state
from tests.support.transports import ScriptedTransport

pytestmark = pytest.mark.anyio

DAYS = timedelta(hours=73)
SECOND = mailbox("most", "cc@most.example", mailbox=MailboxRole.CC)


async def refused_run(
    database: Database,
    folder: Path,
    contacts: Sequence[Contact] = (FIRST, SPARE, OTHER),
    *,
    number: int = 1,
    since: timedelta = DAYS,
    refusal: RefusalClass = RefusalClass.POLICY,
) -> tuple[Context, Run, tuple[Delivery, ...]]:
    """A run whose first deliveries have been refused for a while."""
    context, run, made = await make_sent_run(database, folder, contacts)
    answer = {"reply_phase": "rcpt", "reply_code": 550, "reply_text": "5.7.1 not allowed here"}
    await set_state(database, made[:number], DeliveryState.DEFERRED, refusal=refusal, finished=None, **answer)
    async with database.write() as connection:
        then = await database.now(connection) - since
        await connection.execute(update(tables.runs).where(tables.runs.c.id == run.id).values(began=then))
        for one in made[:number]:
            event = {"delivery_id": one.id, "at": then, "attempt": 1, "state": DeliveryState.DEFERRED}
            await connection.execute(insert(tables.delivery_events).values(event))
    return context, run, made


async def kinds(context: Context) -> list[tuple[str, str]]:
    async with context.database.read() as connection:
        return sorted((one.kind, one.address) for one in await tickets.page(connection, 50))


async def told(context: Context) -> list[tuple[str, str]]:
    """Subject and text of the notices that wait, sent at once."""
    async with context.database.write() as connection:
        now = await context.database.now(connection)
        waiting = update(tables.notices).where(tables.notices.c.sent.is_(None))
        await connection.execute(waiting.values(next_attempt=now))
    transport = ScriptedTransport()
    await send_notices(context, transport)
    return [(str(mail["Subject"]), content(mail, "plain")) for mail in map(read_message, transport.messages)]


async def test_the_backup_gets_the_bulletin_the_secretariat_a_mail_and_the_delivery_stays_open(
    database: Database, tmp_path: Path
) -> None:
    context, run, (first, _) = await refused_run(database, tmp_path)
    assert await follow_up_overdue(context) == Answered(overdue=1, substituted=1)
    rows = await ledger_of(database, run)
    assert rows[first.address].delivery.state is DeliveryState.DEFERRED
    assert rows[SPARE.address].delivery.state is DeliveryState.PENDING
    ((subject, text),) = await told(context)
    assert "1 个邮箱被拒收已超过 72 小时" in subject
    assert "■ 科学技术部" in text
    assert first.address in text
    assert "对方答复：550 5.7.1 not allowed here" in text
    assert f"已改发备用邮箱：{SPARE.address}" in text
    assert await follow_up_overdue(context) == Answered()
    assert await told(context) == []
    assert await kinds(context) == []


async def test_a_body_without_a_backup_gets_a_ticket_whatever_else_is_refused_there(
    database: Database, tmp_path: Path
) -> None:
    context, _, (first, *_) = await refused_run(database, tmp_path, (FIRST, SECOND, OTHER), number=2)
    assert await follow_up_overdue(context) == Answered(overdue=2, missed=2)
    assert await kinds(context) == [("missed", first.address), ("missed", SECOND.address)]
    ((_, text),) = await told(context)
    assert text.count("■") == 1
    assert "没有收到本期，也没有备用邮箱" in text


async def test_a_body_that_was_reached_elsewhere_needs_no_backup_and_is_told_of(
    database: Database, tmp_path: Path
) -> None:
    context, run, _ = await refused_run(database, tmp_path, (FIRST, SECOND, SPARE, OTHER))
    assert await follow_up_overdue(context) == Answered(overdue=1)
    assert SPARE.address not in await ledger_of(database, run)
    ((_, text),) = await told(context)
    assert f"该单位的其他邮箱已收到本期：{SECOND.address}" in text


@pytest.mark.parametrize("refusal", [RefusalClass.THROTTLE, RefusalClass.CONNECTION, RefusalClass.GREYLIST])
async def test_what_speaks_of_the_relay_or_of_the_moment_is_left_alone(
    database: Database, tmp_path: Path, refusal: RefusalClass
) -> None:
    context, *_ = await refused_run(database, tmp_path, refusal=refusal)
    assert await follow_up_overdue(context) == Answered()


async def test_younger_refusals_and_runs_that_stood_still_are_left_their_time(
    database: Database, tmp_path: Path
) -> None:
    context, *_ = await refused_run(database, tmp_path, since=timedelta(hours=71))
    assert await follow_up_overdue(context) == Answered()
    context, run, _ = await refused_run(database, tmp_path)
    async with database.write() as connection:
        await runs.pause(connection, run.id, "li", PauseReason.PERSON, context.now())
    assert await follow_up_overdue(context) == Answered()
    async with database.write() as connection:
        await runs.resume(connection, run.id, context.now())
    assert await follow_up_overdue(context) == Answered()


async def test_a_delivery_that_is_taken_meanwhile_is_not_told_of(database: Database, tmp_path: Path) -> None:
    context, _, (first, _) = await refused_run(database, tmp_path)
    await follow_up_overdue(context)
    await set_state(database, [first], DeliveryState.SENT)
    assert not any("久未送达" in subject for subject, _ in await told(context))


async def test_one_that_fails_later_is_followed_up_as_any_failure(database: Database, tmp_path: Path) -> None:
    context, run, (first, _) = await refused_run(database, tmp_path)
    await follow_up_overdue(context)
    rows = await ledger_of(database, run)
    await set_state(database, [first, rows[SPARE.address].delivery], DeliveryState.FAILED, refusal="address")
    done = await follow_up_failures(context, patience=timedelta(0))
    assert done == FollowedUp(failures=2, suspended=2, missed=2)
