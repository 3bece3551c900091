"""What the secretariat is told by mail: once, from the ledger, in words it can act on."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from distributor import tokens
from distributor.compose import DkimAlgorithm, new_key
from distributor.deliver import CaptureServer, SmtpTransport
from distributor.model.message import Variant
from distributor.model.notice import Notice, NoticeKind
from distributor.model.recipient import Contact, MailboxRole
from distributor.model.run import DeliveryState, Outcome, Phase, RefusalClass, Reply
from distributor.store import blobs, notices
from distributor.store.engine import Database
from distributor.store.tables import contacts, deliveries
from distributor.store.tables import notices as table
from distributor.usecases.context import Context
from distributor.usecases.request_unsubscribe import PURPOSE, request_unsubscribe
from distributor.usecases.send_bulletin import send_bulletin
from distributor.usecases.send_notices import send_notices
from tests.support.ledger import relay_at
from tests.support.messages import content, dkim_results, read_message
from tests.support.transports import ScriptedTransport
from tests.support.worlds import APPROVER, make_world, publish_seed

pytestmark = pytest.mark.anyio
NOW = timedelta(0)


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> Context:
    return await make_world(database, tmp_path)


async def frozen_run(context: Context) -> str:
    """A run to the 报 list, frozen and not sent."""
    started = await send_bulletin(context, APPROVER, await publish_seed(context), ["bao"])
    return started.runs[0].run.id


async def end_run(context: Context, run_id: str, *, failures: int = 0) -> None:
    """Bring the deliveries of a run to their ends without sending anything."""
    now = context.now()
    async with context.database.write() as connection:
        mine = deliveries.c.run_id == run_id
        await connection.execute(update(deliveries).where(mine).values(state="sent", finished=now))
        ids = (await connection.execute(select(deliveries.c.id).where(mine).order_by(deliveries.c.position))).scalars()
        refused = {
            "state": "failed",
            "reply_phase": Phase.RCPT,
            "reply_code": 550,
            "reply_text": "5.1.1 用户不存在",
            "refusal": RefusalClass.ADDRESS,
        }
        wrong = list(ids)[:failures]
        await connection.execute(update(deliveries).where(deliveries.c.id.in_(wrong)).values(refused))


def plain_fields(contact: Contact) -> dict[str, object]:
    names = ("address", "organization", "name", "mailbox", "language", "format")
    return {name: getattr(contact, name) for name in names}


async def rows(context: Context) -> dict[str, tuple[bool, bool]]:
    """Which notices there are: whether each was sent, and whether it failed."""
    async with context.database.read() as connection:
        found = await connection.execute(select(table))
        return {row.kind: (row.sent is not None, row.failed is not None) for row in found}


async def test_the_end_of_a_run_is_told_once_with_even_accounts(world: Context) -> None:
    run_id = await frozen_run(world)
    transport = ScriptedTransport()
    assert await send_notices(world, transport, settling=NOW) == 0
    await end_run(world, run_id, failures=2)
    assert await send_notices(world, transport, settling=NOW) == 2
    assert await send_notices(world, transport, settling=NOW) == 0
    mails = {str(mail["Subject"]): content(mail, "plain") for mail in map(read_message, transport.messages)}
    (report,) = [text for subject, text in mails.items() if "已发送，有失败" in subject]
    assert "核对无误：17 = 15 已交付 + 2 失败 + 0 停发 + 0 取消。" in report
    assert f"/desk/runs/{run_id}" in report
    (bounces,) = [text for subject, text in mails.items() if "退信" in subject]
    assert bounces.count("550 5.1.1 用户不存在") == 2
    assert "地址不存在或已停用" in bounces
    assert bounces.index("科学技术部") < bounces.index("550 5.1.1")
    assert {mail["To"] for mail in map(read_message, transport.messages)} == {"secretariat@xiefa.example"}


async def test_a_run_without_failures_is_told_without_a_bounce_report(world: Context) -> None:
    await end_run(world, await frozen_run(world))
    transport = ScriptedTransport()
    assert await send_notices(world, transport, settling=NOW) == 1
    assert "已发送】" in str(read_message(transport.messages[0])["Subject"])
    assert await rows(world) == {"run-report": (True, False)}


async def test_a_report_waits_a_little_and_a_run_that_is_tried_again_is_told_when_it_ends(world: Context) -> None:
    run_id = await frozen_run(world)
    await end_run(world, run_id)
    transport = ScriptedTransport()
    assert await send_notices(world, transport) == 0
    assert await rows(world) == {"run-report": (False, False)}
    async with world.database.write() as connection:
        await connection.execute(update(deliveries).where(deliveries.c.run_id == run_id).values(state="pending"))
        await connection.execute(update(table).values(next_attempt=await world.database.now(connection)))
    assert await send_notices(world, transport) == 0
    assert transport.messages == []
    assert await rows(world) == {"run-report": (False, False)}


async def test_a_body_that_was_reached_elsewhere_has_a_backup_or_nothing_is_told_so(world: Context) -> None:
    run_id = await frozen_run(world)
    await end_run(world, run_id, failures=17)
    async with world.database.write() as connection:
        mine = select(deliveries).where(deliveries.c.run_id == run_id).order_by(deliveries.c.position)
        by_body: dict[str, list[str]] = {}
        for row in (await connection.execute(mine)).all():
            by_body.setdefault(row.organization, []).append(row.address)
        (_, elsewhere), *_ = [addresses for addresses in by_body.values() if len(addresses) > 1]
        with_backup = next(body for body, addresses in by_body.items() if len(addresses) == 1)
        reached = update(deliveries).where(deliveries.c.address == elsewhere)
        await connection.execute(reached.values(state="sent"))
        backup = Contact("backup@kjt-gd.example", with_backup, mailbox=MailboxRole.BACKUP)
        fields = {**plain_fields(backup), "address_key": backup.address, "position": 999}
        await connection.execute(contacts.insert().values(fields))
    transport = ScriptedTransport()
    await send_notices(world, transport, settling=NOW)
    (text,) = [content(mail, "plain") for mail in map(read_message, transport.messages) if "退信" in mail["Subject"]]
    assert f"该单位的其他邮箱已收到本期：{elsewhere}" in text
    assert "备用邮箱尚未使用：" in text
    assert "backup@kjt-gd.example" in text
    assert "该单位没有收到本期，也没有备用邮箱，请电话联系。" in text


async def test_failures_without_an_answer_are_told_in_words(world: Context) -> None:
    run_id = await frozen_run(world)
    await end_run(world, run_id, failures=3)
    async with world.database.write() as connection:
        mine = select(deliveries.c.id).where(deliveries.c.run_id == run_id).order_by(deliveries.c.position)
        first, second, *_ = (await connection.execute(mine)).scalars()
        ours = {"reply_code": 0, "reply_text": "message-too-big", "refusal": RefusalClass.MESSAGE}
        await connection.execute(update(deliveries).where(deliveries.c.id == first).values(ours))
        silent = {"reply_code": None, "reply_text": None, "reply_phase": None, "refusal": None}
        await connection.execute(update(deliveries).where(deliveries.c.id == second).values(silent))
    transport = ScriptedTransport()
    await send_notices(world, transport, settling=NOW)
    (text,) = [content(mail, "plain") for mail in map(read_message, transport.messages) if "退信" in mail["Subject"]]
    assert "邮件超过了邮件服务器允许的大小。" in text
    assert "对方答复：—" in text
    assert "多次重试后仍未送达" in text


async def test_failures_that_were_made_good_meanwhile_are_not_told(world: Context) -> None:
    run_id = await frozen_run(world)
    await end_run(world, run_id, failures=1)
    assert await send_notices(world, ScriptedTransport()) == 0
    await end_run(world, run_id)
    async with world.database.write() as connection:
        await connection.execute(update(table).values(next_attempt=await world.database.now(connection)))
    transport = ScriptedTransport()
    assert await send_notices(world, transport) == 1
    assert "已发送】" in str(read_message(transport.messages[0])["Subject"])
    assert await rows(world) == {"run-report": (True, False), "bounce-report": (False, True)}


async def test_a_wish_to_stop_is_told_once_however_often_the_link_is_followed(world: Context) -> None:
    token = tokens.sign(PURPOSE, ["Bulletin@most.example", "bao"], world.token_keys)
    for _ in range(3):
        await request_unsubscribe(world, token)
    transport = ScriptedTransport()
    assert await send_notices(world, transport) == 1
    mail = read_message(transport.messages[0])
    assert mail["Subject"] == "【待处理】Bulletin@most.example 申请停发"
    text = content(mail, "plain")
    assert "科学技术部" in text
    assert "2026年4月2日 09:00" in text
    assert "https://bulletin.xiefa.example/desk/tickets" in text


async def test_a_notice_is_signed_and_has_one_message_id_on_every_attempt(world: Context, tmp_path: Path) -> None:
    from dataclasses import replace

    keys = (new_key("xiefa.example", "r1"), new_key("xiefa.example", "e1", DkimAlgorithm.ED25519))
    await end_run(world, await frozen_run(world))
    later = Outcome(DeliveryState.DEFERRED, Reply(Phase.RCPT, 451, "later"), RefusalClass.TEMPORARY)
    transport = ScriptedTransport(later)
    signing = replace(world, dkim_keys=keys)
    assert await send_notices(signing, transport, settling=NOW) == 0
    async with world.database.write() as connection:
        await connection.execute(update(table).values(next_attempt=await world.database.now(connection)))
    async with CaptureServer() as server, SmtpTransport(relay_at(server.port)) as real:
        assert await send_notices(signing, real, settling=NOW) == 1
        (received,) = server.received
    assert dkim_results(received.content, *keys) == [True, True]
    first, again = read_message(transport.messages[0]), read_message(received.content)
    assert first["Message-ID"] == again["Message-ID"]
    assert again["Auto-Submitted"] == "auto-generated"
    assert again["List-Unsubscribe"] is None


async def test_what_the_secretariats_server_refuses_is_not_tried_for_ever(world: Context) -> None:
    await end_run(world, await frozen_run(world))
    refused = Outcome(DeliveryState.FAILED, Reply(Phase.RCPT, 550, "no such user"), RefusalClass.ADDRESS)
    assert await send_notices(world, ScriptedTransport(refused), settling=NOW) == 0
    assert await rows(world) == {"run-report": (False, True)}


async def test_a_notice_about_something_that_is_gone_is_dropped(world: Context) -> None:
    async with world.database.write() as connection:
        now = await world.database.now(connection)
        notice = Notice("n1", NoticeKind.UNSUBSCRIBE_RECEIVED, "no-ticket", "a@xiefa.example", world.now())
        assert await notices.add(connection, notice, now)
        assert not await notices.add(connection, notice, now)
    transport = ScriptedTransport()
    assert await send_notices(world, transport) == 0
    assert await rows(world) == {"unsubscribe-received": (False, True)}


async def test_old_runs_are_not_told_of(world: Context) -> None:
    from tests.support.worlds import at

    await end_run(world, await frozen_run(world))
    later = at(world, world.now() + timedelta(days=20))
    assert await send_notices(later, ScriptedTransport(), settling=NOW) == 0
    assert await rows(world) == {}


async def test_a_variant_of_the_run_is_never_touched_by_a_notice(world: Context) -> None:
    run_id = await frozen_run(world)
    await end_run(world, run_id)
    await send_notices(world, ScriptedTransport(), settling=NOW)
    async with world.database.read() as connection:
        key = await connection.scalar(select(deliveries.c.variant).where(deliveries.c.run_id == run_id).limit(1))
        assert Variant.from_bytes(await blobs.get(connection, str(key))).subject.startswith("联盟协发网简报")
