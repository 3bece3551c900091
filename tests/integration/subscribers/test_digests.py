"""What subscribers get: windows, frequencies, filters, sign-offs; on both databases."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from distributor.model.message import Variant
from distributor.model.recipient import MailFormat
from distributor.model.run import DeliveryState
from distributor.model.subscriber import Frequency
from distributor.store import blobs, bulletins, sign_offs, subscribers
from distributor.store.engine import Database
from distributor.store.tables import deliveries, digest_variants, runs
from distributor.usecases.claim_occurrences import claim_occurrences
from distributor.usecases.context import Context
from distributor.usecases.prepare_digests import prepare_digests
from tests.support.subscribing import READER, join, mails, make_preferences, schedule_of, subscription_of
from tests.support.worlds import NOW, SEED, at, make_world, publish_seed

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def _tick(context: Context) -> list[str]:
    outcomes = [claimed.outcome for claimed in await claim_occurrences(context)]
    await prepare_digests(context)
    return outcomes


async def _text(context: Context, variant: str) -> str:
    async with context.database.read() as connection:
        return Variant.from_bytes(await blobs.get(connection, variant)).text


def _other_issue(number: int) -> str:
    return SEED.read_text("utf-8").replace("近日在上海", f"第{number}日在上海")


async def test_a_sign_off_binds_a_subscriber_list_by_name_before_anybody_subscribed(
    database: Database, tmp_path: Path
) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    async with database.read() as connection:
        signed = await sign_offs.latest(connection, bulletin_id)
    assert signed is not None
    keys = {(v.key.language, v.key.format) for v in signed.variants if v.key.list_id == "public"}
    assert keys == {(language, form) for language in ("zh-CN", "en") for form in MailFormat}


async def test_each_issue_comes_once_and_from_the_second_on_as_it_was_signed(
    database: Database, tmp_path: Path
) -> None:
    context = await make_world(database, tmp_path)
    await join(context)
    first = await publish_seed(at(context, NOW + HOUR))
    assert "sent" in await _tick(at(context, NOW + HOUR))
    second = await publish_seed(at(context, NOW + 2 * HOUR), issue="第13期", text=_other_issue(13))
    await _tick(at(context, NOW + 2 * HOUR))
    await _tick(at(context, NOW + 3 * HOUR))
    got = await mails(context)
    assert [bulletin for bulletin, _ in got] == [first, second]
    async with database.read() as connection:
        signed = await sign_offs.latest(connection, second)
    assert signed is not None
    assert got[1][1] in {v.sha256 for v in signed.variants if v.key.list_id == "public"}
    assert "第一封邮件" in await _text(context, got[0][1]) or "first" in await _text(context, got[0][1])


async def test_what_was_published_before_joining_is_not_sent(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    await publish_seed(context)
    await join(at(context, NOW + HOUR))
    await _tick(at(context, NOW + HOUR))
    assert await mails(context) == []


async def test_a_weekly_digest_merges_issues_and_leaves_out_nothing(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    await join(context, READER, make_preferences(Frequency.WEEKLY))
    await schedule_of(context, ("weekly", Frequency.WEEKLY, NOW + DAY))
    first = await publish_seed(at(context, NOW + HOUR))
    second = await publish_seed(at(context, NOW + 2 * HOUR), issue="第13期", text=_other_issue(13))
    assert await _tick(at(context, NOW + DAY)) == ["sent"]
    ((anchor, variant),) = await mails(context)
    assert anchor == second
    text = await _text(context, variant)
    async with database.read() as connection:
        records = [await bulletins.get(connection, one) for one in (first, second)]
    for record in records:
        assert all(item.key in text for item in record.items if item.is_public)
    assert await _tick(at(context, NOW + DAY + 7 * HOUR)) == ["empty"]
    assert len(await mails(context)) == 1


async def test_an_item_published_at_the_closing_moment_waits_for_the_next_digest(
    database: Database, tmp_path: Path
) -> None:
    context = await make_world(database, tmp_path)
    await join(context, READER, make_preferences(Frequency.DAILY))
    await schedule_of(context, ("daily", Frequency.DAILY, NOW + DAY))
    await publish_seed(at(context, NOW + DAY))
    assert await _tick(at(context, NOW + DAY)) == ["empty"]
    assert await _tick(at(context, NOW + DAY + 7 * HOUR)) == ["sent"]
    assert len(await mails(context)) == 1


async def test_a_change_of_frequency_loses_and_repeats_nothing(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    found = await join(context, READER, make_preferences(Frequency.WEEKLY))
    await schedule_of(context, ("daily", Frequency.DAILY, NOW + DAY), ("weekly", Frequency.WEEKLY, NOW + DAY + HOUR))
    await publish_seed(at(context, NOW + HOUR))
    async with database.write() as connection:
        await subscribers.set_preferences(connection, found.subscriber.id, make_preferences(Frequency.DAILY))
    await _tick(at(context, NOW + DAY))
    async with database.write() as connection:
        await subscribers.set_preferences(connection, found.subscriber.id, make_preferences(Frequency.WEEKLY))
    await _tick(at(context, NOW + DAY + HOUR))
    assert len(await mails(context)) == 1


async def test_interests_choose_items_and_nothing_of_interest_is_no_mail(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    await join(context, "semi@reader.example", make_preferences(words=("半导体照明",)))
    await join(context, "none@reader.example", make_preferences(words=("没有这个词",)))
    bulletin_id = await publish_seed(at(context, NOW + HOUR))
    await _tick(at(context, NOW + HOUR))
    ((_, variant),) = await mails(context, "semi@reader.example")
    assert await mails(context, "none@reader.example") == []
    text = await _text(context, variant)
    async with database.read() as connection:
        record = await bulletins.get(connection, bulletin_id)
        covered = await connection.scalar(
            select(digest_variants.c.covered_by).where(digest_variants.c.variant == variant)
        )
        signed = await sign_offs.latest(connection, bulletin_id)
    for item in record.items:
        words = "\n".join((item.content.title, *item.content.paragraphs))
        assert (item.key in text) is ("半导体照明" in words)
    assert signed is not None
    assert covered == [signed.id]


async def test_nobody_to_write_to_makes_no_run(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    await join(context, "none@reader.example", make_preferences(words=("没有这个词",)))
    await publish_seed(at(context, NOW + HOUR))
    await _tick(at(context, NOW + HOUR))
    async with database.read() as connection:
        lists = (await connection.execute(select(runs.c.list_id))).scalars().all()
    assert "public" not in lists
    assert (await subscription_of(context, "none@reader.example")).subscriber.seen > 0


async def test_a_paused_reader_gets_everything_after_the_pause(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    found = await join(context, READER, make_preferences(Frequency.DAILY))
    paused = make_preferences(Frequency.DAILY, paused_until=(NOW + 3 * DAY).date())
    async with database.write() as connection:
        await subscribers.set_preferences(connection, found.subscriber.id, paused)
    await schedule_of(context, ("daily", Frequency.DAILY, NOW + DAY))
    await publish_seed(at(context, NOW + HOUR))
    assert await _tick(at(context, NOW + DAY)) == ["empty"]
    for day in (1, 2):
        assert await _tick(at(context, NOW + day * DAY + 7 * HOUR)) == ["empty"]
    assert await _tick(at(context, NOW + 3 * DAY + 7 * HOUR)) == ["sent"]
    assert len(await mails(context)) == 1


async def test_a_run_of_readers_is_due_only_when_all_of_them_are_written(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = await make_world(database, tmp_path)
    monkeypatch.setattr("distributor.usecases.prepare_digests._CHUNK", 3)
    for number in range(8):
        await join(context, f"reader{number}@r{number}.example")
    await publish_seed(at(context, NOW + HOUR))
    await claim_occurrences(at(context, NOW + HOUR))
    async with database.read() as connection:
        ready = (await connection.execute(select(runs.c.ready).where(runs.c.list_id == "public"))).scalars().all()
    assert ready == [None]
    assert await prepare_digests(at(context, NOW + HOUR)) == 8
    async with database.read() as connection:
        (row,) = (await connection.execute(select(runs).where(runs.c.list_id == "public"))).all()
        states = (
            (await connection.execute(select(deliveries.c.state).where(deliveries.c.run_id == row.id))).scalars().all()
        )
    assert row.ready is not None
    assert states == [DeliveryState.PENDING] * 8
