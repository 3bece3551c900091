from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from distributor.web.app import create_app, factory
from distributor.web.public import (
    archive,
    captured,
    channels,
    feeds,
    files,
    health,
    preferences,
    robots,
    search,
    subscribe,
    unsubscribe,
)
from tests.support.sites import make_parts

PARTS = (archive, channels, search, robots, captured, feeds, files, health, preferences, subscribe, unsubscribe)
ROUTES = {
    *("/", "/bulletins/{bulletin_id}", "/bulletins/{bulletin_id}/original", "/items/{key}"),
    "/bulletins/{bulletin_id}/issue.pdf",
    *("/archive", "/archive/{year:int}", "/sections", "/sections/{slug}", "/sections/{slug}/{page:int}"),
    *("/contributors", "/contributors-{page:int}", "/contributors/{slug}", "/contributors/{slug}/{page:int}"),
    *("/contributors.csv", "/contributions.csv", "/search", "/search.atom.xml", "/search.json"),
    *("/robots.txt", "/sitemap.xml", "/sitemaps/lists.xml", "/sitemaps/{year:int}.xml"),
    *("/feeds", "/feeds-{page:int}", "/feeds/restricted/{name}", "/feeds/{path:path}"),
    *("/captured", "/captured/{name}", "/captured/{name}/html", "/captured/{name}/raw"),
    *("/subscribe", "/subscribe/confirm/{token}"),
    *("/preferences/{token}", "/preferences/{token}/leave", "/preferences/{token}/join"),
    *("/preferences/{token}/address", "/preferences/address/{token}"),
    *("/preferences/{token}/data.json", "/preferences/{token}/delete"),
    *("/unsubscribe/{token}", "/healthz", "/favicon.ico", "/static/{name:path}"),
}


def test_the_public_site_has_these_routes_and_no_other() -> None:
    assert {route.path for part in PARTS for route in part.router.routes} == ROUTES


def test_the_site_starts_and_stops_and_describes_itself_to_nobody(tmp_path: Path) -> None:
    app = create_app(make_parts(tmp_path))
    with TestClient(app, base_url="https://testserver.example") as client:
        assert client.get("/healthz").text == "ok\n"
        assert client.get("/docs").status_code == 404
        assert client.get("/openapi.json").status_code == 404


def test_a_server_can_build_the_site_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTRIBUTOR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DISTRIBUTOR_PUBLICATION__NAME", "试刊")
    assert factory().state.site.context.publication.name == "试刊"
