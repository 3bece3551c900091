"""Answers kept in the process: made once, the same to everybody who asks the same, gone when anything changes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from distributor.web.cache import PageCache
from tests.support.sites import named

pytestmark = pytest.mark.anyio

PUBLIC = {"cache-control": "public, no-cache", "etag": '"e1"', "last-modified": "Mon, 05 Jan 2026 02:30:00 GMT"}


class Site:
    """A site that counts how often a page is made."""

    def __init__(self, **headers: str) -> None:
        self.made = 0
        self.version = 1
        self.asked = 0
        self.headers = {**PUBLIC, **headers}
        self.seen: list[dict[str, str]] = []

    async def page(self, request: Request) -> Response:
        self.made += 1
        self.seen.append(dict(request.headers))
        language = request.headers.get("accept-language", "")
        return Response(f"page {self.made} {language}", headers=self.headers, media_type="text/plain")

    async def tell(self) -> int:
        self.asked += 1
        if self.version < 0:
            raise OperationalError("SELECT", {}, Exception("away"))
        return self.version


@asynccontextmanager
async def client(site: Site, *, patience: float = 0) -> AsyncIterator[httpx2.AsyncClient]:
    app = Starlette(routes=[Route("/{path:path}", site.page, methods=["GET", "HEAD", "POST"])])
    cached = PageCache(app, version=site.tell, language="zh_CN", patience=patience)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(cached), base_url="https://site.example") as opened:
        yield opened


async def texts(opened: httpx2.AsyncClient, *paths: str, **headers: Any) -> list[str]:  # noqa: ANN401  passed on
    return [(await opened.get(path, headers=named(headers))).text for path in paths]


async def test_a_page_is_made_once() -> None:
    site = Site()
    async with client(site) as opened:
        assert await texts(opened, "/a", "/a", "/b", "/a") == ["page 1 ", "page 1 ", "page 2 ", "page 1 "]
        answer = await opened.get("/a")
    assert answer.headers["etag"] == '"e1"'
    assert answer.headers["content-length"] == str(len(answer.content))


async def test_a_change_is_noticed() -> None:
    site = Site()
    async with client(site) as opened:
        await texts(opened, "/a")
        site.version = 2
        assert await texts(opened, "/a", "/a") == ["page 2 ", "page 2 "]


async def test_the_version_is_asked_for_no_more_often_than_patience_allows() -> None:
    site = Site()
    async with client(site, patience=1000) as opened:
        await texts(opened, "/a")
        site.version = 2
        assert await texts(opened, "/a", "/a", "/b") == ["page 1 ", "page 1 ", "page 2 "]
    assert site.asked == 1


async def test_a_database_that_is_away_changes_nothing() -> None:
    site = Site()
    async with client(site) as opened:
        await texts(opened, "/a")
        site.version = -1
        assert await texts(opened, "/a") == ["page 1 "]


async def test_who_has_it_already_is_told_so_also_the_first_time() -> None:
    site = Site()
    async with client(site) as opened:
        for _ in range(2):
            same = await opened.get("/a", headers={"if-none-match": '"other", "e1"'})
            assert (same.status_code, same.content) == (304, b"")
            assert same.headers["etag"] == '"e1"'
            assert "content-length" not in same.headers
        since = {"if-modified-since": "Mon, 05 Jan 2026 02:30:00 GMT"}
        assert (await opened.get("/a", headers=since)).status_code == 304
        assert (await opened.get("/a", headers={**since, "if-none-match": '"other"'})).status_code == 200
        two = [("if-none-match", '"x"'), ("if-none-match", '"e1"')]
        assert (await opened.get("/a", headers=two)).status_code == 304
    assert site.made == 1
    assert "if-none-match" not in site.seen[0]


async def test_the_head_of_a_page_is_that_of_the_page() -> None:
    site = Site()
    async with client(site) as opened:
        head = await opened.head("/a")
        body = await opened.get("/a")
    assert (head.content, dict(head.headers)) == (b"", dict(body.headers))
    assert site.made == 1


async def test_languages_and_codings_have_answers_of_their_own() -> None:
    site = Site()
    async with client(site) as opened:
        for language in ("en", "en-GB;q=0.9", "zh", "fr", "zh-CN"):
            await texts(opened, "/a", accept_language=language, accept_encoding="identity")
        assert site.made == 2
        await texts(opened, "/a", accept_language="en", accept_encoding="gzip, br")
        assert site.made == 3
        await texts(opened, "/a?lang=en", "/a?lang=en", accept_encoding="identity")
    assert site.made == 4


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/desk/bulletins", {}),
        ("/search", {}),
        ("/feeds/restricted/x.atom.xml", {}),
        ("/a?page=2", {}),
        ("/a", {"range": "bytes=0-1"}),
    ],
)
async def test_what_is_not_for_everybody_is_made_anew(path: str, headers: dict[str, str]) -> None:
    site = Site()
    async with client(site) as opened:
        for _ in range(2):
            await opened.get(path, headers=headers)
    assert site.made == 2
    assert site.asked == 0


@pytest.mark.parametrize(
    "headers",
    [{"cache-control": "no-store"}, {"cache-control": "private, max-age=9"}, {"set-cookie": "a=b"}],
)
async def test_answers_for_one_reader_are_not_kept(headers: dict[str, str]) -> None:
    site = Site(**headers)
    async with client(site) as opened:
        assert await texts(opened, "/a", "/a") == ["page 1 ", "page 2 "]
        assert (await opened.head("/a")).content == b""


async def test_a_form_passes_through() -> None:
    site = Site()
    async with client(site) as opened:
        await opened.post("/a")
        await opened.post("/a")
    assert site.made == 2


async def test_the_oldest_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distributor.web.cache._SPACE", 16)
    site = Site()
    async with client(site) as opened:
        await texts(opened, "/a", "/b")
        assert await texts(opened, "/b", "/a") == ["page 2 ", "page 1 "]
        assert await texts(opened, "/c") == ["page 3 "]
        assert await texts(opened, "/a") == ["page 1 "]
        assert await texts(opened, "/b") == ["page 4 "]
        monkeypatch.setattr("distributor.web.cache._LARGEST", 3)
        assert await texts(opened, "/d", "/d") == ["page 5 ", "page 6 "]


async def test_a_page_that_changed_while_it_was_made_is_not_kept() -> None:
    site = Site()

    async def page(_request: Request) -> Response:
        async def body() -> AsyncIterator[bytes]:
            site.made += 1
            yield b"page "
            await texts(opened, "/other")
            yield str(site.made).encode()

        return StreamingResponse(body(), headers=PUBLIC)

    app = Starlette(routes=[Route("/slow", page), Route("/{path:path}", site.page)])
    cached = PageCache(app, version=site.tell, language="zh_CN", patience=0)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(cached), base_url="https://site.example") as opened:
        await texts(opened, "/slow")
        made = site.made
        await texts(opened, "/slow")
        assert site.made == made
        site.version = 2
        await texts(opened, "/slow")
        site.version = 3
        await texts(opened, "/slow")
        assert site.made > made + 1
