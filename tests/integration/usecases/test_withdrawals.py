"""Taking back: feeds forget it, its page says why, pending mail stops, and who has it already is known."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from distributor.access import AccessRole, Actor
from distributor.errors import Conflict, NotFound, NotSignedOff, Refused
from distributor.model.record import BulletinRecord
from distributor.model.run import DeliveryState
from distributor.publish import ChangeKind
from distributor.store import bulletins, documents
from distributor.store.engine import Database
from distributor.store.tables import deliveries
from distributor.usecases.context import Context
from distributor.usecases.correct_bulletin import correct_bulletin, read_correction
from distributor.usecases.list_runs import list_runs
from distributor.usecases.publish_bulletin import publish_bulletin
from distributor.usecases.read_archive import read_bulletin, read_item, read_original
from distributor.usecases.read_audit import read_trail
from distributor.usecases.read_document import read_document
from distributor.usecases.send_bulletin import send_bulletin
from distributor.usecases.sign_off_bulletin import sign_off_bulletin
from distributor.usecases.withdraw_bulletin import undo_withdrawal, withdraw_bulletin
from tests.support.feeds import atom_entries
from tests.support.worlds import APPROVER, EDITOR, NOW, SEED, at, make_world, publish_seed, receive_seed

pytestmark = pytest.mark.anyio

LATER = NOW + timedelta(days=1)


async def bulletin(context: Context, bulletin_id: str) -> BulletinRecord:
    async with context.database.read() as connection:
        return await bulletins.get(connection, bulletin_id)


async def entries(context: Context) -> list[str]:
    return list(atom_entries(await read_document(context, "feeds/all.atom.xml")))


async def test_an_item_leaves_the_feeds_and_its_page_says_why(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    item = (await bulletin(context, bulletin_id)).items[4]
    done = await withdraw_bulletin(at(context, LATER), APPROVER, bulletin_id, " 数据有误 ", item.key)
    assert item.tag_uri not in await entries(context)
    assert len(await entries(context)) == 30
    assert done.record.items[4].withdrawn == LATER
    with pytest.raises(NotFound, match="item-taken-back") as refused:
        await read_item(context, item.key)
    assert refused.value.parameters == {"key": item.key, "date": "2026-04-01", "reason": "数据有误"}
    assert len((await read_bulletin(context, bulletin_id)).bulletin.items) == 30
    with pytest.raises(NotFound, match="original-gone"):
        await read_original(context, bulletin_id)


async def test_a_bulletin_leaves_everything(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    key = (await bulletin(context, bulletin_id)).items[0].key
    await withdraw_bulletin(at(context, LATER), APPROVER, bulletin_id, "整期撤回")
    assert await entries(context) == []
    for reading in (read_bulletin(context, bulletin_id), read_item(context, key), read_original(context, bulletin_id)):
        with pytest.raises(NotFound, match="整期撤回"):
            await reading
    with pytest.raises(NotFound, match="document-gone"):
        await read_document(context, f"feeds/archive/{bulletin_id}.atom.xml")
    with pytest.raises(NotFound, match="document-unknown"):
        await read_document(context, "feeds/archive/never.atom.xml")


async def test_pending_mail_stops_and_the_holders_are_named(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    started = await send_bulletin(context, APPROVER, bulletin_id)
    first = started.runs[0].deliveries[0]
    async with database.write() as connection:
        sent = update(deliveries).where(deliveries.c.id == first.id)
        await connection.execute(sent.values(state=DeliveryState.SENT, finished=NOW))
    done = await withdraw_bulletin(at(context, LATER), APPROVER, bulletin_id, "有误")
    total = sum(len(run.deliveries) for run in started.runs)
    assert done.cancelled == total - 1
    assert [(row.delivery.address, row.finished) for row in done.holders] == [(first.address, NOW)]
    summaries = await list_runs(context, bulletin_id=bulletin_id)
    assert all(summary.counts.is_finished for summary in summaries)
    with pytest.raises(Conflict, match="bulletin-withdrawn"):
        await send_bulletin(context, APPROVER, bulletin_id)


async def test_undoing_brings_the_same_bytes_back(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    before = await bulletin(context, bulletin_id)
    feed = await read_document(context, "feeds/all.rss.xml")
    key = before.items[2].key
    await withdraw_bulletin(at(context, LATER), APPROVER, bulletin_id, "有误", key)
    await undo_withdrawal(at(context, LATER), APPROVER, bulletin_id, key)
    await withdraw_bulletin(at(context, LATER), APPROVER, bulletin_id, "有误")
    with pytest.raises(Conflict, match="bulletin-withdrawn"):
        await undo_withdrawal(at(context, LATER), APPROVER, bulletin_id, key)
    await undo_withdrawal(at(context, LATER), APPROVER, bulletin_id)
    assert await bulletin(context, bulletin_id) == before
    again = await read_document(context, "feeds/all.rss.xml")
    assert again.body == feed.body
    assert again.last_modified > feed.last_modified
    assert (await read_item(context, key)).item == before.items[2]
    with pytest.raises(Conflict, match="not-withdrawn"):
        await undo_withdrawal(context, APPROVER, bulletin_id, key)
    with pytest.raises(Conflict, match="not-withdrawn"):
        await undo_withdrawal(context, APPROVER, bulletin_id)
    acts = [entry.act for entry in await read_trail(context, "bulletin", bulletin_id)]
    assert acts[-4:] == ["withdraw", "undo-withdrawal", "withdraw", "undo-withdrawal"]


async def test_what_is_left_after_a_withdrawal_needs_a_new_sign_off(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    key = (await bulletin(context, bulletin_id)).items[0].key
    await withdraw_bulletin(context, APPROVER, bulletin_id, "有误", key)
    with pytest.raises(NotSignedOff, match="sign-off-outdated"):
        await send_bulletin(context, APPROVER, bulletin_id)
    await sign_off_bulletin(at(context, LATER), APPROVER, bulletin_id)
    assert (await send_bulletin(at(context, LATER), APPROVER, bulletin_id, dry_run=True)).runs


async def test_an_item_that_a_correction_dropped_is_gone_and_its_new_file_may_be_read(
    database: Database, tmp_path: Path
) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    dropped, following = (await bulletin(context, bulletin_id)).items[5:7]
    text = SEED.read_text("utf-8")
    begin, end = text.rindex(dropped.content.title), text.rindex(following.content.title[:8])
    text = f"{text[:begin]}深海探测船首航\n\n该船长一百零三米，今晨驶离三亚。\n\n{text[end:]}"
    read = await read_correction(context, EDITOR, bulletin_id, (text.encode(), "new.txt"))
    assert dropped in [change.before for change in read.correction.items if change.kind is ChangeKind.REMOVED]
    await correct_bulletin(context, EDITOR, read, text.encode())
    later = at(context, LATER)
    await sign_off_bulletin(later, APPROVER, bulletin_id)
    await publish_bulletin(later, APPROVER, bulletin_id)
    with pytest.raises(NotFound, match="item-gone"):
        await read_item(context, dropped.key)
    with pytest.raises(Conflict, match="not-withdrawn"):
        await undo_withdrawal(later, APPROVER, bulletin_id, dropped.key)
    assert (await read_original(context, bulletin_id))[1] == text.encode()


async def test_a_draft_can_be_withdrawn_and_brought_back(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await receive_seed(context)
    await withdraw_bulletin(context, APPROVER, bulletin_id, "不再出版")
    with pytest.raises(Conflict, match="bulletin-withdrawn"):
        await sign_off_bulletin(context, APPROVER, bulletin_id)
    async with database.read() as connection:
        assert await documents.paths(connection) == ()
    assert (await undo_withdrawal(context, APPROVER, bulletin_id)).withdrawn is None


async def test_a_withdrawal_says_what_it_takes_back_and_why(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    key = (await bulletin(context, bulletin_id)).items[0].key
    with pytest.raises(Refused, match="reason-missing"):
        await withdraw_bulletin(context, APPROVER, bulletin_id, "  ")
    with pytest.raises(Refused, match="not-permitted"):
        await withdraw_bulletin(context, Actor("编辑", AccessRole.EDITOR), bulletin_id, "有误")
    with pytest.raises(NotFound, match="item-unknown"):
        await withdraw_bulletin(context, APPROVER, bulletin_id, "有误", "nosuchkey")
    await withdraw_bulletin(context, APPROVER, bulletin_id, "有误", key)
    with pytest.raises(Conflict, match="item-withdrawn"):
        await withdraw_bulletin(context, APPROVER, bulletin_id, "有误", key)
