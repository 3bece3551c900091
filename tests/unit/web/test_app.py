from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from distributor.web.app import create_app, factory
from tests.support.sites import make_parts

ROUTES = {
    *("/", "/bulletins/{bulletin_id}", "/bulletins/{bulletin_id}/original", "/items/{key}"),
    *("/feeds", "/feeds/{path}", "/captured", "/captured/{name}", "/captured/{name}/html", "/captured/{name}/raw"),
    *("/unsubscribe/{token}", "/healthz", "/static/{name}"),
}


def test_the_site_has_these_routes_and_no_other(tmp_path: Path) -> None:
    app = create_app(make_parts(tmp_path))
    with TestClient(app, base_url="https://testserver.example") as client:
        assert client.get("/healthz").text == "ok\n"
        assert client.get("/docs").status_code == 404
        assert client.get("/openapi.json").status_code == 404
    assert set(app.openapi()["paths"]) == ROUTES


def test_a_server_can_build_the_site_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTRIBUTOR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DISTRIBUTOR_PUBLICATION__NAME", "试刊")
    assert factory().state.site.context.publication.name == "试刊"
