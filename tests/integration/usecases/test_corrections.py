"""A corrected file: shown, kept, signed off anew, published; nothing moves but what was corrected."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from distributor.access import AccessRole, Actor
from distributor.errors import Conflict, NotFound, NotSignedOff, Refused
from distributor.model.recipient import MailFormat
from distributor.model.record import BulletinRecord
from distributor.model.run import DeliveryState, Mailing
from distributor.model.sign_off import VariantKey
from distributor.parse import Given
from distributor.publish import ChangeKind, SpanKind
from distributor.store import bulletins, documents, revisions
from distributor.store.engine import Database
from distributor.store.tables import deliveries
from distributor.usecases.context import Context
from distributor.usecases.correct_bulletin import (
    ReadCorrection,
    correct_bulletin,
    discard_correction,
    read_correction,
)
from distributor.usecases.list_runs import list_runs, show_run
from distributor.usecases.notify_correction import notify_correction
from distributor.usecases.preview_mail import preview_mail
from distributor.usecases.preview_sign_off import preview_sign_off
from distributor.usecases.publish_bulletin import publish_bulletin
from distributor.usecases.read_audit import read_trail
from distributor.usecases.read_revisions import read_item_versions
from distributor.usecases.receive_bulletin import receive_bulletin
from distributor.usecases.send_bulletin import send_bulletin
from distributor.usecases.sign_off_bulletin import sign_off_bulletin
from distributor.usecases.withdraw_bulletin import withdraw_bulletin
from tests.support.feeds import atom_entries
from tests.support.worlds import APPROVER, EDITOR, NOW, SEED, at, make_world, publish_seed, receive_seed

pytestmark = pytest.mark.anyio

WRONG, RIGHT = "京津冀国家高新区联盟成立", "京津冀国家高新区联盟在津成立"
ORIGINAL = SEED.read_text("utf-8")
CORRECTED = ORIGINAL.replace(WRONG, RIGHT)
NOTICE = VariantKey("bao", "zh-CN", MailFormat.HTML, Mailing.CORRECTION)
LATER = NOW + timedelta(days=1)


async def bulletin(context: Context, bulletin_id: str) -> BulletinRecord:
    async with context.database.read() as connection:
        return await bulletins.get(connection, bulletin_id)


async def correct(context: Context, bulletin_id: str, text: str = CORRECTED, note: str = "") -> ReadCorrection:
    data = text.encode()
    read = await read_correction(context, EDITOR, bulletin_id, (data, "更正.txt"))
    await correct_bulletin(context, EDITOR, read, data, note)
    return read


async def sign_and_publish(context: Context, bulletin_id: str) -> BulletinRecord:
    await sign_off_bulletin(context, APPROVER, bulletin_id)
    return await publish_bulletin(context, APPROVER, bulletin_id)


async def test_a_corrected_file_shows_what_it_changes_and_changes_nothing_yet(
    database: Database, tmp_path: Path
) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    before = await bulletin(context, bulletin_id)
    read = await correct(at(context, LATER), bulletin_id)
    (change,) = read.correction.items
    assert change.kind is ChangeKind.CHANGED
    assert (change.before.content.title, change.after.content.title) == (WRONG, RIGHT)  # type: ignore[union-attr]  # changed
    assert not read.is_draft
    assert await bulletin(context, bulletin_id) == before


async def test_a_correction_is_published_after_a_new_sign_off_and_moves_one_entry(
    database: Database, tmp_path: Path
) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    async with database.read() as connection:
        feed = await documents.get(connection, "feeds/all.atom.xml")
    later = at(context, LATER)
    await correct(later, bulletin_id, note="地点有误")
    with pytest.raises(NotSignedOff, match="sign-off-outdated"):
        await publish_bulletin(later, APPROVER, bulletin_id)
    corrected = await sign_and_publish(later, bulletin_id)
    assert corrected.revision == 2
    assert await bulletin(context, bulletin_id) == await publish_bulletin(later, APPROVER, bulletin_id)
    async with database.read() as connection:
        after = await documents.get(connection, "feeds/all.atom.xml")
        (item,) = [item for item in corrected.items if item.revision == 2]
        words = await revisions.of_item(connection, item.key)
        versions = await revisions.of_bulletin(connection, bulletin_id)
    assert feed is not None
    assert after is not None
    old, new = atom_entries(feed), atom_entries(after)
    assert list(old) == list(new)
    assert [key for key in old if old[key] != new[key]] == [item.tag_uri]
    assert [(one.revision, one.content.title, one.bulletin_revision) for one in words] == [(1, WRONG, 1), (2, RIGHT, 2)]
    assert [(one.revision, one.note, one.original.name) for one in versions] == [
        (1, "", "bulletin.txt"),
        (2, "地点有误", "更正.txt"),
    ]
    acts = [entry.act for entry in await read_trail(context, "bulletin", bulletin_id)]
    assert acts == ["receive", "sign-off", "publish", "correct", "sign-off", "publish"]


async def test_what_is_shown_before_a_correction_is_signed_is_what_it_binds(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    later = at(context, LATER)
    with pytest.raises(NotFound, match="correction-unknown"):
        await preview_mail(later, bulletin_id, NOTICE)
    await send_bulletin(context, APPROVER, bulletin_id)
    await _serve(context, bulletin_id, 3)
    await correct(later, bulletin_id, note="地点有误")
    shown = await preview_sign_off(later, bulletin_id)
    assert shown.changed_since == ("content", "renderings")
    looked_at = [await preview_mail(later, bulletin_id, one.key) for one in shown.variants]
    assert [mail.variant.hash for mail in looked_at] == [one.sha256 for one in shown.variants]
    assert Mailing.CORRECTION in {one.key.mailing for one in shown.variants}
    assert all(WRONG not in mail.text for mail in looked_at if mail.key.mailing is Mailing.DIGEST)
    signed = await sign_off_bulletin(at(context, LATER + timedelta(hours=1)), APPROVER, bulletin_id, seen=shown.seen)
    assert {one.sha256 for one in signed.variants} == {one.sha256 for one in shown.variants}


async def test_nothing_is_sent_while_a_correction_waits(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    await correct(context, bulletin_id)
    with pytest.raises(Conflict, match="correction-waits"):
        await send_bulletin(context, APPROVER, bulletin_id)
    await discard_correction(context, EDITOR, bulletin_id)
    assert (await send_bulletin(context, APPROVER, bulletin_id, dry_run=True)).runs
    with pytest.raises(NotFound, match="correction-unknown"):
        await discard_correction(context, EDITOR, bulletin_id)


async def test_a_second_corrected_file_takes_the_place_of_the_first(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    await correct(context, bulletin_id)
    await correct(context, bulletin_id, ORIGINAL.replace(WRONG, "京津冀高新区联盟成立大会举行"))
    corrected = await sign_and_publish(at(context, LATER), bulletin_id)
    titles = [item.content.title for item in corrected.items]
    assert "京津冀高新区联盟成立大会举行" in titles
    assert RIGHT not in titles


async def test_the_old_file_is_known_for_ever(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    await correct(context, bulletin_id)
    for data in (SEED.read_bytes(), CORRECTED.encode()):
        received = await receive_bulletin(context, EDITOR, data, "again.txt", Given())
        assert (received.record.id, received.is_new) == (bulletin_id, False)
    await sign_and_publish(at(context, LATER), bulletin_id)
    received = await receive_bulletin(context, EDITOR, SEED.read_bytes(), "again.txt", Given())
    assert received.record.id == bulletin_id
    # and a correction can be taken back by the file that was there before
    await correct(at(context, LATER), bulletin_id, ORIGINAL)
    back = await sign_and_publish(at(context, LATER + timedelta(days=1)), bulletin_id)
    assert (back.revision, {item.revision for item in back.items}) == (3, {1, 3})


async def test_files_that_correct_nothing_are_refused(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    first = await publish_seed(context)
    second = await receive_seed(context, issue="第13期", text=CORRECTED)
    with pytest.raises(Conflict, match="correction-same-file"):
        await correct(context, first, ORIGINAL)
    with pytest.raises(Conflict, match="file-of-other-bulletin"):
        await correct(context, first, CORRECTED)
    with pytest.raises(Refused, match="not-permitted"):
        await read_correction(context, Actor("读者", AccessRole.READER), second, (b"x", "x.txt"))


async def test_a_draft_is_replaced_at_once_and_its_sign_off_no_longer_holds(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await receive_seed(context)
    await sign_off_bulletin(context, APPROVER, bulletin_id)
    read = await correct(context, bulletin_id, ORIGINAL.replace(f"{WRONG}\n", "", 1).replace(WRONG, RIGHT))
    assert read.is_draft
    assert len((await bulletin(context, bulletin_id)).items) == len(read.correction.record.items)
    with pytest.raises(NotSignedOff, match="sign-off-outdated"):
        await publish_bulletin(context, APPROVER, bulletin_id)
    published = await sign_and_publish(at(context, LATER), bulletin_id)
    assert {item.revision for item in published.items} == {1}
    async with database.read() as connection:
        words = await revisions.of_item(connection, published.items[5].key)
        assert await revisions.offered_originals(connection, [bulletin_id]) == {}
    assert [one.content for one in words] == [published.items[5].content]


async def test_two_who_correct_at_the_same_time_do_not_overwrite_each_other(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await receive_seed(context)
    mine = await read_correction(context, EDITOR, bulletin_id, (CORRECTED.encode(), "mine.txt"))
    await correct(context, bulletin_id, ORIGINAL.replace(WRONG, "别人的更正"))
    with pytest.raises(Conflict, match="changed-meanwhile"):
        await correct_bulletin(context, EDITOR, mine, CORRECTED.encode())


async def test_exactly_those_who_received_the_old_version_are_told(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    await send_bulletin(context, APPROVER, bulletin_id)
    served = await _serve(context, bulletin_id, 3)
    later = at(context, LATER)
    await correct(later, bulletin_id, note="地点有误")
    await sign_and_publish(later, bulletin_id)
    preview = await notify_correction(later, APPROVER, bulletin_id, dry_run=True)
    told = await notify_correction(later, APPROVER, bulletin_id)
    addresses = [one.address for run in told.runs for one in run.deliveries]
    assert sorted(addresses) == sorted(served)
    assert addresses == [one.address for run in preview.runs for one in run.deliveries]
    assert {run.run.mailing for run in told.runs} == {Mailing.CORRECTION}
    again = await notify_correction(later, APPROVER, bulletin_id)
    assert again.runs == ()
    assert len(again.left_out) == len(served)


async def test_what_was_never_corrected_has_no_notice(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    with pytest.raises(Conflict, match="never-corrected"):
        await notify_correction(context, APPROVER, bulletin_id)


async def _serve(context: Context, bulletin_id: str, count: int) -> list[str]:
    """Let the relay have taken the first deliveries of each run."""
    addresses = []
    for summary in await list_runs(context, bulletin_id=bulletin_id):
        _, ledger, *_ = await show_run(context, summary.run.id)
        for row in ledger[:count]:
            addresses.append(row.delivery.address)
            async with context.database.write() as connection:
                sent = update(deliveries).where(deliveries.c.id == row.delivery.id)
                await connection.execute(sent.values(state=DeliveryState.SENT, finished=NOW))
    return addresses


async def test_what_was_withdrawn_is_neither_corrected_nor_told_of(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    await withdraw_bulletin(context, APPROVER, bulletin_id, "有误")
    for act in (
        correct(context, bulletin_id),
        notify_correction(context, APPROVER, bulletin_id),
        publish_bulletin(context, APPROVER, bulletin_id),
    ):
        with pytest.raises(Conflict, match="bulletin-withdrawn"):
            await act


async def test_every_version_can_be_read_with_what_it_changed(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    await correct(context, bulletin_id, note="地点有误")
    later = at(context, LATER)
    corrected = await sign_and_publish(later, bulletin_id)
    (item,) = [item for item in corrected.items if item.revision == 2]
    await withdraw_bulletin(later, APPROVER, bulletin_id, "有误", item.key)
    found = await read_item_versions(context, bulletin_id, item.key)
    first, second = found.versions
    assert (first.words.content.title, first.difference) == (WRONG, None)
    assert second.difference is not None
    assert [span.text for span in second.difference.title if span.kind is SpanKind.ADDED] == ["在津"]
    assert found.notes == {1: "", 2: "地点有误"}
    for bulletin, key in (("nobulletin", item.key), (bulletin_id, "noitem")):
        with pytest.raises(NotFound):
            await read_item_versions(context, bulletin, key)
