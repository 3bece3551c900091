"""A reader gets the file of a bulletin: never a stale part of it, and never one that says what was taken back."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import httpx2
import pytest

from distributor.store import bulletins
from distributor.usecases.context import Context
from distributor.usecases.correct_bulletin import correct_bulletin, read_correction
from distributor.usecases.publish_bulletin import publish_bulletin
from distributor.usecases.sign_off_bulletin import sign_off_bulletin
from distributor.usecases.withdraw_bulletin import undo_withdrawal, withdraw_bulletin
from distributor.web.app import create_app
from tests.support.sites import HOST, Parts, SiteUnderTest, make_parts
from tests.support.worlds import APPROVER, EDITOR, NOW, SEED, at, make_world, publish_seed

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

TITLE = "京津冀国家高新区联盟成立"
FEEDS = (
    "/feeds/all.rss.xml",
    "/feeds/all.atom.xml",
    "/feeds/all.json",
    "/search.atom.xml?q=联盟",
    "/search.json?q=联盟",
)


@dataclass(frozen=True, slots=True)
class Life:
    """The seed in the course of days."""

    site: SiteUnderTest
    bulletin: str

    @property
    def original(self) -> str:
        return f"/bulletins/{self.bulletin}/original"

    def on_day(self, number: int) -> Context:
        return at(self.site.context, NOW + timedelta(days=number))

    async def correct(self, day: int, old: str, new: str) -> None:
        """Publish the seed with other words."""
        context = self.on_day(day)
        data = SEED.read_text("utf-8").replace(old, new).encode()
        read = await read_correction(context, EDITOR, self.bulletin, (data, "更正.txt"))
        await correct_bulletin(context, EDITOR, read, data, "有误")
        await sign_off_bulletin(context, APPROVER, self.bulletin)
        await publish_bulletin(context, APPROVER, self.bulletin)

    async def key_of(self, title: str) -> str:
        async with self.site.context.database.read() as connection:
            record = await bulletins.get(connection, self.bulletin)
        return next(item.key for item in record.items if item.content.title == title)

    async def files_in_feeds(self) -> dict[str, set[int]]:
        """The status of every address of a file that a feed names, by feed."""
        found = {}
        for path in (*FEEDS, f"/feeds/archive/{self.bulletin}.atom.xml", "/feeds/sections/重要政策动态.rss.xml"):
            text = (await self.site.page(path)).text
            named = set(re.findall(r"https://[^\"&<\\\\]*/original", text))
            found[path] = {(await self.site.page(urlsplit(one).path)).status_code for one in named}
        return found

    async def dates(self) -> dict[str, tuple[str, str]]:
        """What the feed of everything says about the dates of its entries, by id."""
        feed = feedparser.parse((await self.site.page("/feeds/all.atom.xml")).content)
        return {one.id: (one.published, one.updated) for one in feed.entries}


@asynccontextmanager
async def life(folder: Path) -> AsyncIterator[Life]:
    parts = make_parts(folder)
    context = await make_world(parts.context.database, folder)
    bulletin = await publish_seed(context)
    parts = Parts(context, parts.settings)
    app = create_app(parts, patience=0)
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=HOST) as client:
        yield Life(SiteUnderTest(parts, app, client), bulletin)
    await context.database.dispose()


async def test_a_corrected_file_is_sent_whole_to_whoever_has_the_old_one(tmp_path: Path) -> None:
    async with life(tmp_path) as it:
        old = await it.site.page(it.original)
        await it.correct(1, TITLE, TITLE + "（更正）")
        moments = (format_datetime(NOW.astimezone(), usegmt=False), "Tue, 31 Mar 2026 01:00:00 GMT")
        again = [await it.site.page(it.original, if_modified_since=moment) for moment in moments]
        parts = [await it.site.page(it.original, range="bytes=9-19", if_range=moment) for moment in moments]
        by_tag = await it.site.page(it.original, range="bytes=9-19", if_range=old.headers["etag"])
        known = await it.site.page(it.original, if_none_match=old.headers["etag"])
        part = await it.site.page(it.original, range="bytes=9-19", if_range=known.headers["etag"])
    assert {answer.status_code for answer in (*again, *parts, by_tag, known)} == {200}
    assert {answer.content for answer in (*again, *parts, by_tag, known)} == {known.content}
    assert known.content != old.content
    assert (part.status_code, part.content) == (206, known.content[9:20])
    assert "last-modified" not in known.headers


async def test_no_feed_names_a_file_that_says_what_was_taken_back(tmp_path: Path) -> None:
    async with life(tmp_path) as it:
        before = await it.dates()
        offered = await it.files_in_feeds()
        key = await it.key_of(TITLE)
        await withdraw_bulletin(it.on_day(1), APPROVER, it.bulletin, "内容有误", key)
        gone = await it.site.page(it.original)
        named = await it.files_in_feeds()
        left = await it.dates()
        page = (await it.site.page(f"/bulletins/{it.bulletin}")).text
        await undo_withdrawal(it.on_day(2), APPROVER, it.bulletin, key)
        back = await it.files_in_feeds()
        after = await it.dates()
    assert set().union(*offered.values()) == {200}
    assert all(offered.values())
    assert gone.status_code == 410
    assert set().union(*named.values()) == set()
    assert "/original" not in page
    # the entries lose the file without moving: no word of theirs has changed
    assert len(left) == len(before) - 1
    assert left == {one: moments for one, moments in before.items() if one in left}
    assert (back, after) == (offered, before)


async def test_a_corrected_file_without_what_was_taken_back_is_offered_again(tmp_path: Path) -> None:
    async with life(tmp_path) as it:
        key = await it.key_of(TITLE)
        await withdraw_bulletin(it.on_day(1), APPROVER, it.bulletin, "内容有误", key)
        await it.correct(2, "重要讲话", "讲话")
        still = await it.site.page(it.original)
        text = SEED.read_text("utf-8")
        begin = text.index(f"\n{TITLE}")
        end = text.index("首届“一带一路”科技交流大会", begin)
        await it.correct(3, text[begin:end], "\n")
        clean = await it.site.page(it.original)
        named = await it.files_in_feeds()
        page = await it.site.page(f"/items/{key}")
    assert still.status_code == 410
    assert clean.status_code == 200
    assert TITLE not in clean.text
    assert set().union(*named.values()) == {200}
    assert all(named.values())
    assert page.status_code == 410
