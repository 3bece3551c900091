"""What the database keeps after any history of changes is what rendering everything anew would give."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from distributor.access import Actor
from distributor.model.bulletin import Item, Visibility
from distributor.model.canonical import digest_bytes
from distributor.model.document import Document
from distributor.model.record import BulletinRecord, Original
from distributor.model.revision import BulletinRevision
from distributor.publish import (
    Change,
    FeedOptions,
    apply_correction,
    assign_identity,
    build_documents,
    feed_listing,
    listing_of,
    originals_by_item,
)
from distributor.store import blobs, bulletins, catalogue, documents, revisions
from distributor.store.engine import Database
from distributor.store.tables import feed_cards, feed_channels, feed_shares
from distributor.usecases.context import Context
from distributor.usecases.rebuild_site import rebuild_site
from distributor.usecases.refresh_site import Refreshed, refresh_site
from distributor.usecases.set_up import set_up
from tests.support.records import PUBLISHED, attributed_to, make_item, make_item_record, make_record
from tests.support.sites import make_parts

pytestmark = pytest.mark.anyio

BODIES = ("甲联盟", "乙联盟", None)
HEADINGS = ("政策", "动态", None)


class History:
    """Bulletins that are published, corrected and taken back as chance has it, in a database and in memory."""

    def __init__(self, context: Context, seed: int) -> None:
        self.context = context
        self.chance = random.Random(seed)  # noqa: S311  a test that can be repeated
        self.versions: dict[str, list[BulletinRecord]] = {}
        self.moment = PUBLISHED
        self.number = 0

    async def step(self) -> Refreshed:
        self.moment += timedelta(minutes=self.chance.choice((1, 600)))
        known = sorted(self.versions)
        what = self.chance.choice(("publish", "publish", "publish", "batch", "correct", "withdraw", "return", "hide"))
        if what in {"publish", "batch"} or not known:
            return await self.publish(5 if what == "batch" else 1)
        old = self.versions[self.chance.choice(known)][-1]
        if what == "correct":
            made = apply_correction(old, self.received(), self.context.publication, self.moment).record
            return await self.change(made, old)
        if what == "hide":
            return await self.change(self.hidden(old), old)
        if what == "withdraw":
            return await self.change(replace(old, withdrawn=self.moment), old)
        return await self.change(replace(old, withdrawn=None), old)

    async def publish(self, count: int) -> Refreshed:
        made = []
        for at in range(count):
            record = replace(self.received(), backfilled=count > 1 or self.chance.random() < 0.3)
            moment = self.moment + timedelta(seconds=at)
            made.append(assign_identity(record, self.context.publication, moment))
        async with self.context.database.write() as connection:
            for record in made:
                await blobs.put(connection, record.original.name.encode())
                await bulletins.add(connection, record)
                await revisions.add(connection, record, version(record, self.moment))
            refreshed = await refresh_site(connection, self.context, [Change(record) for record in made])
        self.versions |= {record.id: [record] for record in made}
        return refreshed

    async def change(self, now: BulletinRecord, before: BulletinRecord) -> Refreshed:
        async with self.context.database.write() as connection:
            await blobs.put(connection, now.original.name.encode())
            await bulletins.save(connection, now)
            if now.revision != before.revision:
                await revisions.add(connection, now, version(now, self.moment))
            refreshed = await refresh_site(connection, self.context, [Change(now, before)])
        self.versions[now.id].append(now)
        return refreshed

    def hidden(self, old: BulletinRecord) -> BulletinRecord:
        """Another decision about who may see one of its items."""
        chosen = self.chance.choice(old.items)
        seen = self.chance.choice(list(Visibility))
        items = (replace(i, content=replace(i.content, visibility=seen)) if i is chosen else i for i in old.items)
        return replace(old, items=tuple(items))

    def received(self) -> BulletinRecord:
        self.number += 1
        texts = [f"消息之{self.chance.randrange(8)}" for _ in range(self.chance.randrange(1, 4))]
        items = tuple(
            make_item_record(
                place, self.item(text), section=self.chance.choice(HEADINGS), key=f"k{self.number}x{place}"
            )
            for place, text in enumerate(texts)
        )
        name = f"{self.number}.txt"
        original = Original(name, "text/plain", self.number, digest_bytes(name.encode()))
        return make_record(id=f"b{self.number:03d}", items=items, original=original)

    def item(self, title: str) -> Item:
        body = self.chance.choice(BODIES)
        return make_item(title, f"正文：{title}。", attribution=attributed_to(body) if body else None)

    def everything(self) -> tuple[Document, ...]:
        offered: dict[str, Original] = {}
        for versions in self.versions.values():
            offered |= originals_by_item(versions)
        newest = [versions[-1] for versions in self.versions.values()]
        return build_documents(self.context.publication, newest, self.context.feeds, offered)


def version(record: BulletinRecord, moment: datetime) -> BulletinRevision:
    return BulletinRevision(record.revision, record.original, moment, "签发人", "")


def a_history(database: Database, folder: Path, seed: int, window: int) -> History:
    context = replace(make_parts(folder).context, database=database, feeds=FeedOptions(window=window))
    return History(context, seed)


async def stored(history: History) -> dict[str, bytes]:
    async with history.context.database.read() as connection:
        found = [await documents.get(connection, path) for path in await documents.paths(connection)]
    return {document.path: document.body for document in found if document is not None}


@pytest.mark.parametrize(("seed", "window"), [(1, 1), (2, 2), (3, 3)])
async def test_whatever_happens_the_stored_documents_are_those_of_building_everything(
    database: Database, tmp_path: Path, seed: int, window: int
) -> None:
    history = a_history(database, tmp_path, seed, window)
    for _ in range(15):
        await history.step()
        assert await stored(history) == {document.path: document.body for document in history.everything()}
    async with database.read() as connection:
        counts = await catalogue.counts(connection)
        assert await catalogue.lacking(connection, 1) == ()
    newest = [versions[-1] for versions in history.versions.values()]
    assert listing_of(history.context.publication, counts) == feed_listing(history.context.publication, newest)


async def test_only_documents_that_differ_are_written_and_their_dates_move_forward(
    database: Database, tmp_path: Path
) -> None:
    history = a_history(database, tmp_path, 5, 3)
    for _ in range(3):
        await history.publish(1)
    old = history.versions["b001"][-1]
    async with database.read() as connection:
        before = await documents.get(connection, "feeds/feeds.opml")
        feed = await documents.get(connection, "feeds/all.atom.xml")
    refreshed = await history.change(replace(old, withdrawn=history.moment), old)
    async with database.read() as connection:
        assert await documents.get(connection, "feeds/all.atom.xml") != feed
        after = await documents.get(connection, "feeds/feeds.opml")
    assert before is not None
    assert after is not None
    # taking it back and bringing it back within one second still moves the date
    await history.change(replace(old, withdrawn=None), history.versions["b001"][-1])
    async with database.read() as connection:
        again = await documents.get(connection, "feeds/all.atom.xml")
    assert feed is not None
    assert again is not None
    assert again.etag == feed.etag
    assert again.last_modified > feed.last_modified
    assert "feeds/all.atom.xml" in refreshed.written
    assert "feeds/archive/b001.atom.xml" in refreshed.retired


async def test_a_publication_that_changes_no_byte_of_a_document_leaves_its_date(
    database: Database, tmp_path: Path
) -> None:
    history = a_history(database, tmp_path, 6, 2)
    await history.publish(1)
    async with database.write() as connection:
        first = await documents.get(connection, "feeds/all.json")
        assert first is not None
        later = replace(first, last_modified=first.last_modified + timedelta(days=1))
        assert await documents.save(connection, [later]) == ()
        assert await documents.get(connection, "feeds/all.json") == first


async def test_retired_documents_are_remembered_until_they_are_written_again(
    database: Database, tmp_path: Path
) -> None:
    history = a_history(database, tmp_path, 7, 2)
    await history.publish(1)
    async with database.write() as connection:
        document = await documents.get(connection, "feeds/all.json")
        assert document is not None
        assert await documents.retire(connection, ["feeds/all.json", "feeds/never.json"], PUBLISHED) == (
            "feeds/all.json",
        )
        assert await documents.is_retired(connection, "feeds/all.json")
        assert not await documents.is_retired(connection, "feeds/never.json")
        assert await documents.get(connection, "feeds/all.json") is None
        await documents.save(connection, [document])
        assert not await documents.is_retired(connection, "feeds/all.json")
        assert (await documents.tags(connection, "feeds/all.json")) == {document.path: document.etag}


async def test_rebuilding_renders_everything_again_and_changes_nothing(database: Database, tmp_path: Path) -> None:
    history = a_history(database, tmp_path, 8, 2)
    for _ in range(6):
        await history.step()
    before = await stored(history)
    done = await rebuild_site(history.context, Actor("签发人"))
    assert (done.bulletins, done.written, done.retired) == (len(history.versions), 0, 0)
    assert await stored(history) == before


async def test_rebuilding_after_a_change_of_settings_retires_what_is_no_more(
    database: Database, tmp_path: Path
) -> None:
    history = a_history(database, tmp_path, 9, 1)
    for _ in range(4):
        await history.publish(1)
    moved = replace(history.context.publication, base_url="https://elsewhere.example")
    wider = replace(history.context, publication=moved, feeds=FeedOptions(window=9))
    told: list[tuple[int, int]] = []
    done = await rebuild_site(wider, Actor("签发人"), lambda number, total: told.append((number, total)))
    history.context = wider
    assert await stored(history) == {document.path: document.body for document in history.everything()}
    assert done.retired > 0
    assert told == [(4, 4)]


async def test_an_installation_without_bulletins_has_an_empty_feed(database: Database, tmp_path: Path) -> None:
    history = a_history(database, tmp_path, 10, 1)
    await rebuild_site(history.context, Actor("签发人"))
    assert set(await stored(history)) == {
        "feeds/all.rss.xml",
        "feeds/all.atom.xml",
        "feeds/all.json",
        "feeds/feeds.opml",
    }


async def test_bulletins_that_an_older_version_published_get_their_cards(database: Database, tmp_path: Path) -> None:
    history = a_history(database, tmp_path, 11, 2)
    for _ in range(3):
        await history.publish(1)
    async with database.write() as connection:
        for table in (feed_shares, feed_cards, feed_channels):
            await connection.execute(delete(table))
        assert len(await catalogue.lacking(connection, 9)) == len(history.versions)
    await set_up(history.context, Actor("运维"))
    async with database.read() as connection:
        assert await catalogue.lacking(connection, 9) == ()
    await history.publish(1)
    assert await stored(history) == {document.path: document.body for document in history.everything()}


async def test_what_is_no_longer_for_everybody_is_in_no_document_and_the_dates_of_others_stay(
    database: Database, tmp_path: Path
) -> None:
    history = a_history(database, tmp_path, 12, 3)
    for _ in range(2):
        await history.publish(1)
    old = history.versions["b001"][-1]
    moved = {item.key: item.updated for item in old.items}
    hidden = [replace(item, content=replace(item.content, visibility=Visibility.RECIPIENTS)) for item in old.items]
    refreshed = await history.change(replace(old, items=tuple(hidden)), old)
    assert "feeds/archive/b001.atom.xml" in refreshed.retired
    for path, body in (await stored(history)).items():
        assert all(f"/items/{key}".encode() not in body for key in moved), path
    await history.change(old, history.versions["b001"][-1])
    assert await stored(history) == {document.path: document.body for document in history.everything()}
    assert {item.key: item.updated for item in history.versions["b001"][-1].items} == moved
