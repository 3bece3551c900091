from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from distributor.web.app import create_app, factory
from distributor.web.public import archive, captured, feeds, files, health, unsubscribe
from tests.support.sites import make_parts

PARTS = (archive, captured, feeds, files, health, unsubscribe)
ROUTES = {
    *("/", "/bulletins/{bulletin_id}", "/bulletins/{bulletin_id}/original", "/items/{key}"),
    *("/feeds", "/feeds/{path:path}", "/captured", "/captured/{name}", "/captured/{name}/html", "/captured/{name}/raw"),
    *("/unsubscribe/{token}", "/healthz", "/static/{name:path}"),
}


def test_the_site_has_these_routes_and_no_other(tmp_path: Path) -> None:
    app = create_app(make_parts(tmp_path))
    routes = {route.path for part in PARTS for route in part.router.routes}
