"""A reader finds the feeds and a feed reader polls them: one representation, cheap when nothing has changed."""

import gzip
import re
from pathlib import Path

import feedparser
import pytest

from distributor.access import Actor
from distributor.store import address_book, documents
from distributor.usecases.grant_feed import grant_feed, list_feed_access, revoke_feed
from tests.support.books import body, book
from tests.support.pages import look_at
from tests.support.records import seedlike_record
from tests.support.sites import SiteUnderTest, named, site

pytestmark = pytest.mark.anyio

PLAIN = {"accept_encoding": "identity"}
TYPES = {
    "feeds/all.rss.xml": "application/rss+xml; charset=utf-8",
    "feeds/all.atom.xml": "application/atom+xml; charset=utf-8",
    "feeds/all.json": "application/feed+json; charset=utf-8",
}


async def stored(it: SiteUnderTest, path: str) -> bytes:
    async with it.context.database.read() as connection:
        document = await documents.get(connection, path)
    assert document is not None
    return document.body


async def test_the_page_of_feeds_offers_every_feed(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        page = look_at((await it.page("/feeds")).text)
        links = [link for link in page.own_links if link.startswith("/feeds/")]
        found = [await it.page(link) for link in links]
    assert page.values("//input/@value") == [f"https://bulletin.xiefa.example/{path}" for path in TYPES]
    assert len(page.texts("//section[@aria-labelledby='sections']//li")) == 3
    assert len(page.texts("//section[@aria-labelledby='contributors']//li")) == 24
    assert len(links) == 3 * (1 + 3 + 24) + 1
    assert {answer.status_code for answer in found} == {200}


async def test_every_page_points_to_the_feeds_that_apply(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        home, item = [look_at((await it.page(path)).text) for path in ("/", "/items/b001k012")]
        kinds = {kind: (await it.page(address)).headers["content-type"] for kind, address in item.feeds.items()}
    assert home.feeds == {kind.split(";")[0]: f"/{path}" for path, kind in TYPES.items()}
    assert item.feeds == home.feeds
    assert kinds == {kind.split(";")[0]: kind for kind in TYPES.values()}
    assert len(item.values("//head/link[@rel='alternate']/@href")) == 9


@pytest.mark.parametrize("path", TYPES)
async def test_a_feed_is_served_as_stored(tmp_path: Path, path: str) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        answer = await it.page(f"/{path}", **PLAIN)
        body = await stored(it, path)
    assert answer.content == body
    assert answer.headers["content-type"] == TYPES[path]
    assert answer.headers["cache-control"] == "public, max-age=900"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not {"set-cookie", "expires", "location", "www-authenticate"} & set(answer.headers)


@pytest.mark.parametrize("accept", ["text/html", "application/json", "image/png", "*/*;q=0", "nonsense"])
async def test_what_the_client_says_it_accepts_changes_nothing(tmp_path: Path, accept: str) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        usual = await it.page("/feeds/all.rss.xml")
        asked = await it.page("/feeds/all.rss.xml", accept=accept, a_im="feed", host="evil.example")
    assert (asked.status_code, asked.content, asked.headers) == (200, usual.content, usual.headers)


async def test_the_second_poll_costs_nothing(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        for encoding in ("identity", "gzip"):
            first = await it.page("/feeds/all.atom.xml", accept_encoding=encoding)
            conditions = [
                {"if_none_match": first.headers["etag"]},
                {"if_none_match": f'"x", W/{first.headers["etag"]}'},
                {"if_none_match": "*"},
                {"if_modified_since": first.headers["last-modified"]},
                {"if_none_match": first.headers["etag"], "if_modified_since": "Thu, 01 Jan 1970 00:00:00 GMT"},
            ]
            for condition in conditions:
                again = await it.page("/feeds/all.atom.xml", accept_encoding=encoding, **condition)
                assert (again.status_code, again.content) == (304, b"")
                for name in ("etag", "cache-control", "vary", "access-control-allow-origin"):
                    assert again.headers[name] == first.headers[name]
                assert "content-type" not in again.headers


async def test_another_tag_is_sent_anew_whatever_the_date(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        first = await it.page("/feeds/all.rss.xml")
        date = first.headers["last-modified"]
        answer = await it.page("/feeds/all.rss.xml", if_none_match='"other"', if_modified_since=date)
        older = await it.page("/feeds/all.rss.xml", if_modified_since="Thu, 01 Jan 1970 00:00:00 GMT")
    assert (answer.status_code, older.status_code) == (200, 200)


async def test_gzip_has_a_tag_of_its_own_and_is_left_where_it_is_refused(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        plain = await it.page("/feeds/all.rss.xml", **PLAIN)
        zipped = await it.page("/feeds/all.rss.xml", accept_encoding="gzip")
        refused = await it.page("/feeds/all.rss.xml", accept_encoding="gzip;q=0, *")
        crossed = await it.page("/feeds/all.rss.xml", accept_encoding="gzip", if_none_match=plain.headers["etag"])
    assert zipped.headers["content-encoding"] == "gzip"
    assert int(zipped.headers["content-length"]) == len(gzip.compress(plain.content, 6, mtime=0)) < len(plain.content)
    assert zipped.content == plain.content
    assert zipped.headers["etag"] != plain.headers["etag"]
    assert re.fullmatch(r'"[^"]+"', zipped.headers["etag"])
    assert "content-encoding" not in refused.headers
    assert refused.headers["etag"] == plain.headers["etag"]
    assert crossed.status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
async def test_head_equals_get(tmp_path: Path, encoding: str) -> None:
    headers = named({"accept_encoding": encoding})
    async with site(tmp_path, seedlike_record()) as it:
        for path in TYPES:
            got = await it.client.get(f"/{path}", headers=headers)
            head = await it.client.head(f"/{path}", headers=headers)
            assert (head.status_code, head.content) == (200, b"")
            assert dict(head.headers) == dict(got.headers)


async def test_a_name_in_chinese_has_its_feed(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        answer = await it.page("/feeds/sections/重要政策动态.atom.xml")
    parsed = feedparser.parse(answer.content)
    assert not parsed.bozo
    assert len(parsed.entries) == 7


async def test_feed_links_lead_to_pages_of_this_site(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        parsed = feedparser.parse((await it.page("/feeds/all.rss.xml")).content)
        first = parsed.entries[0].link.removeprefix(it.context.publication.base_url)
        page = look_at((await it.page(first)).text)
    assert page.texts("//h1") == [parsed.entries[0].title]
    assert len(parsed.entries) == 31


async def test_a_restricted_feed_is_kept_by_no_cache_and_shown_to_no_script(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        async with it.context.database.write() as connection:
            await address_book.replace(connection, book([body("most", "科学技术部")]))
        granted = await grant_feed(it.context, Actor("管理员"), "科学技术部")
        path = granted.addresses[0][1].removeprefix(it.context.publication.base_url)
        answer = await it.page(path)
        again = await it.page(path, if_none_match=answer.headers["etag"])
        listed = [(await it.page(page)).text for page in ("/feeds", "/feeds/feeds.opml")]
        (access,) = await list_feed_access(it.context)
        await revoke_feed(it.context, Actor("管理员"), access.id)
        revoked = await it.page(path)
    assert (answer.status_code, again.status_code) == (200, 304)
    assert access.fetched == 2
    assert answer.headers["cache-control"] == "private, no-store"
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["x-robots-tag"] == "noindex"
    assert not any(path in text for text in listed)
    assert revoked.status_code == 410


@pytest.mark.parametrize(
    "path", ["none.rss.xml", "", "../all.rss.xml", "all.rss.xml/", "all", "%00", "\U0001f600.json"]
)
async def test_an_unknown_feed_is_not_found(tmp_path: Path, path: str) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        answer = await it.page(f"/feeds/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_feed_takes_no_post(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        answer = await it.client.post("/feeds/all.rss.xml")
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}
