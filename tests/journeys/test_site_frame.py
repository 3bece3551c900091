"""Every page has the same frame: language, landmarks, headings, links for machines, and headers that protect it."""

from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.pages import look_at
from tests.support.records import seedlike_record
from tests.support.sites import named, site

pytestmark = pytest.mark.anyio

PUBLIC = ("/", "/bulletins/b001", "/items/b001k003", "/feeds")
OTHERS = ("/captured", "/nothing", "/bulletins/unknown")
BASE = "https://bulletin.xiefa.example"


@pytest.mark.parametrize("path", [*PUBLIC, *OTHERS])
async def test_every_page_has_language_landmarks_and_one_title(tmp_path: Path, path: str) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        page = look_at((await it.page(path)).text)
    assert page.values("/html/@lang") == ["zh-CN"]
    assert len(page.texts("//h1")) == 1
    assert [len(page.texts(f"/html/body/{part}")) for part in ("header", "main", "footer")] == [1, 1, 1]
    assert page.values("/html/body/a[1]/@href") == ["#main"]
    assert page.texts("//title")[0].endswith("联盟协发网简报")
    levels = [int(element.tag[1]) for element in page.tree.xpath("//h1|//h2|//h3|//h4")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("path", PUBLIC)
async def test_public_pages_name_their_permanent_address(tmp_path: Path, path: str) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        page = look_at((await it.page(f"{path}?lang=en", host="evil.example")).text)
    assert page.values("//link[@rel='canonical']/@href") == [BASE + path]
    assert page.values("//meta[@property='og:url']/@content") == [BASE + path]
    assert page.values("//meta[@property='og:title']/@content") != [""]
    assert page.values("//meta[@name='description']/@content") != [""]


@pytest.mark.parametrize("path", OTHERS)
async def test_other_pages_are_not_for_search_engines(tmp_path: Path, path: str) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        answer = await it.page(path)
    page = look_at(answer.text)
    assert page.values("//meta[@name='robots']/@content") == ["noindex"]
    assert page.values("//link[@rel='canonical']/@href") == []
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", [*PUBLIC, *OTHERS, "/bulletins/b001/original", "/feeds/all.rss.xml", "/healthz"])
async def test_every_answer_protects_its_reader(tmp_path: Path, path: str) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        answer = await it.page(path)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("base_url", "asked", "promised"),
    [
        ("https://a.example", "https://x.example/", True),
        ("https://a.example", "http://x.example/", False),
        ("http://a.example", "https://x.example/", False),
    ],
)
async def test_https_is_promised_only_where_it_is_there(
    tmp_path: Path, base_url: str, asked: str, promised: bool
) -> None:
    async with site(tmp_path, base_url=base_url) as it:
        answer = await it.client.get(asked)
    assert ("strict-transport-security" in answer.headers) is promised


@pytest.mark.parametrize("path", [*PUBLIC, "/nothing", "/captured"])
async def test_a_foreign_host_name_changes_nothing(tmp_path: Path, path: str) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        usual = await it.page(path)
        forged = await it.page(path, host="evil.example", x_forwarded_host="evil.example")
    assert forged.content == usual.content
    assert b"evil.example" not in forged.content


async def test_pages_are_compared_with_what_the_client_has(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        first = await it.page("/bulletins/b001")
        again = await it.page("/bulletins/b001", if_none_match=first.headers["etag"])
        english = await it.page("/bulletins/b001", if_none_match=first.headers["etag"], accept_language="en")
    assert again.status_code == 304
    assert english.status_code == 200
    assert "Accept-Language" in first.headers["vary"]


@pytest.mark.parametrize("path", [*PUBLIC, "/nothing", "/captured", "/healthz", "/feeds/all.json"])
async def test_head_answers_as_get_does_without_a_body(tmp_path: Path, path: str) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        got = await it.page(path, accept_encoding="identity")
        head = await it.client.head(path, headers=named({"accept_encoding": "identity"}))
    assert head.status_code == got.status_code
    assert dict(head.headers) == dict(got.headers)


async def test_every_link_of_the_site_leads_somewhere(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        seen: dict[str, int] = {}
        waiting = ["/"]
        while waiting:
            path = waiting.pop()
            answer = await it.page(path)
            seen[path] = answer.status_code
            if answer.headers["content-type"].startswith("text/html"):
                page = look_at(answer.text)
                found = {*page.own_links, *page.values("//link/@href"), *page.values("//script/@src")}
                links = {link.split("#")[0] for link in found if link.startswith("/")}
                waiting.extend(links - seen.keys() - set(waiting))
    assert set(seen.values()) == {200}
    assert len(seen) > 100


async def test_pages_stay_small(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        sizes = {path: len((await it.page(path)).content) for path in PUBLIC}
    assert max(sizes.values()) < 100_000, sizes


async def test_the_icon_stands_where_browsers_look_for_it(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        icon = await it.page("/favicon.ico")
        again = await it.page("/favicon.ico", if_none_match=icon.headers["etag"])
        head = await it.client.head("/favicon.ico")
    assert (icon.status_code, icon.headers["content-type"]) == (200, "image/svg+xml")
    assert icon.content.startswith(b"<svg")
    assert icon.headers["cache-control"] == "public, max-age=3600"
    assert (again.status_code, head.status_code, head.content) == (304, 200, b"")
