"""The secretariat is told at once when a run stands still and when servers refuse us: once each, in words to act on."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select, update

from distributor.model.ledger import RunEvent
from distributor.model.run import DeliveryState, PauseReason, Phase, RefusalClass, Run
from distributor.store import runs
from distributor.store.engine import Database
from distributor.store.tables import deliveries
from distributor.store.tables import notices as table
from distributor.usecases.context import Context
from distributor.usecases.drain_deliveries import Worker, drain
from distributor.usecases.hold_everything import hold_everything
from distributor.usecases.owe_alarms import owe_alarms
from distributor.usecases.send_due import worker_name
from distributor.usecases.send_notices import send_notices
from distributor.worker.returns import follow_up
from tests.support.ledger import make_context, make_run, transport_to
from tests.support.messages import content, read_message
from tests.support.smtp_script import Mail, Script, Step
from tests.support.smtp_server import ScriptedServer
from tests.support.transports import ScriptedTransport

pytestmark = pytest.mark.anyio


async def refuse(
    context: Context, run: Run, domain: str, first: int, refusal: RefusalClass = RefusalClass.POLICY
) -> None:
    """Let the first waiting deliveries of a run go to a domain whose servers refuse them."""
    async with context.database.write() as connection:
        waiting = select(deliveries.c.id, deliveries.c.position).where(
            deliveries.c.run_id == run.id, deliveries.c.state == DeliveryState.PENDING
        )
        for row in (await connection.execute(waiting.order_by(deliveries.c.position).limit(first))).all():
            change = update(deliveries).where(deliveries.c.id == row.id)
            await connection.execute(
                change.values(
                    address=f"Office{row.position}@{domain}",
                    state=DeliveryState.DEFERRED,
                    reply_phase=Phase.RCPT,
                    reply_code=550,
                    reply_text="5.7.1 not allowed here",
                    refusal=refusal,
                )
            )


async def pause(context: Context, run: Run, reason: PauseReason, said: str = "") -> None:
    now = context.now()
    async with context.database.write() as connection:
        assert await runs.pause(connection, run.id, "breaker", reason, now)
        await runs.add_event(connection, run.id, RunEvent(now, "breaker", "pause", said or reason.value, 0))


async def resume(context: Context, run: Run) -> None:
    async with context.database.write() as connection:
        assert await runs.resume(connection, run.id, context.now())


async def told(context: Context, *, hurry: bool = True) -> list[tuple[str, str]]:
    """Owe what there is to tell, let its time come, and give subject and text of what is sent to the secretariat."""
    await owe_alarms(context)
    if hurry:
        async with context.database.write() as connection:
            now = await context.database.now(connection)
            await connection.execute(update(table).where(table.c.sent.is_(None)).values(next_attempt=now))
    transport = ScriptedTransport()
    await send_notices(context, transport)
    assert set(transport.recipients) <= {"secretariat@xiefa.example"}
    return [(str(mail["Subject"]), content(mail, "plain")) for mail in map(read_message, transport.messages)]


async def test_a_run_that_the_relay_stopped_is_told_of_at_once_with_its_words(
    database: Database, tmp_path: Path
) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 4)
    await refuse(context, run, "MOST.example", 2, RefusalClass.SET_UP)
    await pause(context, run, PauseReason.RELAY, "550 5.7.1 sender not authenticated")
    ((subject, text),) = await told(context, hurry=False)
    assert "已停住，还有 4 封未发" in subject
    assert "对方答复：550 5.7.1 sender not authenticated" in text
    assert "distributor doctor" in text
    assert "■ most.example（2 封）" in text
    assert "对方答复：550 5.7.1 not allowed here" in text
    assert f"/desk/runs/{run.id}" in text
    assert await told(context) == []
    assert await owe_alarms(context) == 0


@pytest.mark.parametrize("reason", [PauseReason.MASS_FAILURE, PauseReason.PAST_DUE, PauseReason.RESTORED])
async def test_every_pause_by_a_guard_is_one_mail_and_the_next_pause_another(
    database: Database, tmp_path: Path, reason: PauseReason
) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 3)
    await pause(context, run, reason)
    ((_, text),) = await told(context)
    assert "对方答复：" not in text
    assert await told(context) == []
    await resume(context, run)
    assert await told(context) == []
    await pause(context, run, reason)
    assert len(await told(context)) == 1


async def test_what_a_person_paused_or_resumed_meanwhile_needs_no_mail(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run, other = await make_run(database, 3), await make_run(database, 3)
    await pause(context, run, PauseReason.PERSON)
    assert await owe_alarms(context) == 0
    await pause(context, other, PauseReason.RELAY, "-")
    assert await owe_alarms(context) == 1
    await resume(context, other)
    assert await told(context) == []


async def test_a_restored_database_tells_of_the_runs_that_ask_although_older_notices_are_given_up(
    database: Database, tmp_path: Path
) -> None:
    context = make_context(database, tmp_path)
    await make_run(database, 3)
    async with database.write() as connection:
        assert await hold_everything(connection, context.now()) == 1
    ((_, text),) = await told(context)
    assert "数据库来自备份或克隆" in text


async def test_the_first_refusal_of_each_domain_is_told_once_and_what_comes_together_in_one_mail(
    database: Database, tmp_path: Path
) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 9)
    await refuse(context, run, "most.example", 2)
    assert await told(context, hurry=False) == []
    await refuse(context, run, "MOF.example", 1, RefusalClass.SET_UP)
    ((subject, text),) = await told(context)
    assert "3 封邮件被拒收，仍在等待" in subject
    assert text.index("■ most.example（2 封）") < text.index("■ mof.example（1 封）")
    assert "加入白名单" in text
    assert "distributor doctor" in text
    await refuse(context, run, "most.example", 1)
    assert await told(context) == []
    await refuse(context, run, "moe.example", 1)
    ((_, text),) = await told(context)
    assert "moe.example" in text
    assert "most.example" not in text


async def test_later_domains_of_a_run_are_gathered_for_an_hour(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 9)
    await refuse(context, run, "most.example", 1)
    assert len(await told(context)) == 1
    await refuse(context, run, "mof.example", 1)
    assert await owe_alarms(context) == 1
    await refuse(context, run, "moe.example", 1)
    assert await owe_alarms(context) == 0
    async with database.read() as connection:
        now = await database.now(connection)
        (due,) = (await connection.execute(select(table.c.next_attempt).where(table.c.sent.is_(None)))).scalars()
    assert timedelta(minutes=58) < due - now <= timedelta(hours=1)
    ((_, text),) = await told(context)
    assert "mof.example" in text
    assert "moe.example" in text


async def test_refusals_that_the_pause_tells_of_are_not_told_twice(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 9)
    await refuse(context, run, "most.example", 3)
    assert await owe_alarms(context) == 1
    await refuse(context, run, "mof.example", 3)
    await pause(context, run, PauseReason.MASS_FAILURE)
    ((subject, text),) = await told(context)
    assert "已停住" in subject
    assert "mof.example" in text
    await resume(context, run)
    assert await told(context) == []


async def test_what_was_taken_after_all_and_what_only_needs_time_is_not_told(
    database: Database, tmp_path: Path
) -> None:
    context = make_context(database, tmp_path)
    run, other = await make_run(database, 3), await make_run(database, 3)
    await refuse(context, other, "most.example", 2, RefusalClass.GREYLIST)
    assert await owe_alarms(context) == 0
    await refuse(context, run, "most.example", 2)
    assert await owe_alarms(context) == 1
    async with database.write() as connection:
        mine = update(deliveries).where(deliveries.c.run_id == run.id, deliveries.c.state == DeliveryState.DEFERRED)
        await connection.execute(mine.values(state=DeliveryState.SENT, finished=context.now()))
    assert await told(context) == []
    assert await owe_alarms(context) == 0


async def test_a_bad_day_fills_no_mail_without_end(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 25)
    for number in range(23):
        await refuse(context, run, f"d{number:02}.example", 1)
    ((_, text),) = await told(context)
    assert text.count("■") == 20
    assert "另有 3 个域名" in text


async def test_a_body_whose_server_refuses_us_is_found_by_the_worker_and_told_of_with_its_answer(
    database: Database, tmp_path: Path
) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 10, domain="most.example")

    def answer(mail: Mail) -> str | None:
        return "550 5.7.1 recipient not authorised" if mail.recipient.startswith("r3@") else None

    script = Script(answers={Step.RCPT: answer})
    async with ScriptedServer(script) as server, transport_to(server.port, connections=2) as transport:
        await drain(context, Worker(worker_name(), transport, 2))
    await follow_up(SimpleNamespace(context=context))  # type: ignore[arg-type]  has what is used
    ((subject, text),) = await told(context)
    assert "1 封邮件被拒收，仍在等待" in subject
    assert "■ most.example（1 封）" in text
    assert "对方答复：550 5.7.1 recipient not authorised" in text
    assert f"/desk/runs/{run.id}" in text
    await follow_up(SimpleNamespace(context=context))  # type: ignore[arg-type]  has what is used
    assert await told(context) == []
