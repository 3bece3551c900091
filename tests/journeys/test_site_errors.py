"""Whatever goes wrong, the answer is a page of the site that says what to do and tells no secret."""

from pathlib import Path

import pytest
import structlog
from fastapi import Request, Response
from structlog.testing import capture_logs

from distributor.errors import Misconfigured
from distributor.web import errors
from tests.support.pages import look_at
from tests.support.sites import SiteUnderTest, site

pytestmark = pytest.mark.anyio


def add(it: SiteUnderTest, error: Exception) -> None:
    async def fail(number: int, request: Request) -> Response:
        raise error

    it.app.router.routes.clear()
    it.app.get("/fail/{number}", response_model=None)(fail)


def _break_database(folder: Path) -> None:
    for file in folder.glob("distributor.sqlite3*"):
        file.unlink()
    (folder / "distributor.sqlite3").mkdir()


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/bulletins/unknown",
        "/bulletins/unknown/original",
        "/items/unknown",
        "/static/x.css",
        "/feeds/",
        "//x",
    ],
)
async def test_what_is_not_there_is_a_page(tmp_path: Path, path: str) -> None:
    async with site(tmp_path) as it:
        answer = await it.client.get(f"https://testserver.example{path}")
    page = look_at(answer.text)
    assert answer.status_code == 404
    assert page.texts("//p[@class='kicker']") == ["404"]
    assert "/" in page.own_links


async def test_what_was_not_foreseen_is_a_page_without_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a logger of its own: one that was used before a test set up the log keeps writing where it wrote
    monkeypatch.setattr(errors, "_logger", structlog.get_logger())
    async with site(tmp_path) as it:
        add(it, RuntimeError("password=hunter2"))
        with capture_logs() as events:
            answer = await it.page("/fail/1")
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert look_at(answer.text).texts("//code") == [events[0]["reference"]]


async def test_a_parameter_of_the_wrong_kind_is_a_page(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        add(it, RuntimeError())
        answer = await it.page("/fail/x")
    assert answer.status_code == 422
    assert look_at(answer.text).texts("//p[@class='kicker']") == ["422"]


async def test_what_the_operator_must_mend_is_unavailable(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        add(it, Misconfigured("config-missing", file="x"))
        answer = await it.page("/fail/1")
    assert answer.status_code == 503


async def test_another_method_is_told_what_is_allowed(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        answer = await it.client.delete("/feeds")
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert len(look_at(answer.text).texts("//h1")) == 1


async def test_a_strange_address_carries_nobody_away(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        page = look_at((await it.client.get("https://testserver.example///evil.example/x")).text)
    assert [link for link in page.own_links if link.startswith("//")] == []


async def test_health_follows_the_database(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        well = await it.page("/healthz")
        await it.context.database.dispose()
        _break_database(tmp_path)
        ill = await it.page("/healthz")
    assert (well.status_code, well.text) == (200, "ok\n")
    assert (ill.status_code, ill.text) == (503, "unavailable\n")
    assert ill.headers["cache-control"] == "no-store"


async def test_assets_may_be_kept_for_ever_under_their_version(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        links = look_at((await it.page("/")).text).values("//link[@rel='stylesheet']/@href")
        kept = [await it.page(link) for link in links]
        bare = await it.page(links[0].split("?")[0])
    assert {answer.headers["content-type"] for answer in kept} == {"text/css; charset=utf-8"}
    assert all("immutable" in answer.headers["cache-control"] for answer in kept)
    assert bare.headers["cache-control"] == "public, max-age=3600"
