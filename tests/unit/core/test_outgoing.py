"""Calls to other servers go only where they may go."""

import ipaddress
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from distributor.errors import Refused
from distributor.outgoing import is_public, post_form

pytestmark = pytest.mark.anyio


class _Hub(BaseHTTPRequestHandler):
    bodies: list[tuple[str, str]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.bodies.append((self.headers["Host"], body))  # type: ignore[attr-defined]  the test's own list
        self.send_response(302 if self.path == "/moved" else 204)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Keep quiet."""


@pytest.fixture
def hub() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), _Hub)
    server.bodies = []  # type: ignore[attr-defined]  the test's own list
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def _anywhere(_address: object) -> bool:
    return True


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("224.0.0.1", False),
    ],
)
def test_only_the_open_internet_is_public(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


async def test_a_form_reaches_an_allowed_address_under_its_own_name(hub: HTTPServer) -> None:
    url = f"http://localhost:{hub.server_port}/"
    assert await post_form(url, {"hub.mode": "publish"}, allowed=_anywhere) == 204
    assert hub.bodies == [(f"localhost:{hub.server_port}", "hub.mode=publish")]  # type: ignore[attr-defined]  as above


async def test_redirects_are_not_followed(hub: HTTPServer) -> None:
    assert await post_form(f"http://127.0.0.1:{hub.server_port}/moved", {}, allowed=_anywhere) == 302
    assert len(hub.bodies) == 1  # type: ignore[attr-defined]  as above


async def test_a_machine_of_this_house_is_never_spoken_to(hub: HTTPServer) -> None:
    with pytest.raises(Refused, match="url-not-public"):
        await post_form(f"http://localhost:{hub.server_port}/", {})
    assert hub.bodies == []  # type: ignore[attr-defined]  as above


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://", "https://user:pass@a.example/", "http://[::1/"])
async def test_a_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="url-unusable"):
        await post_form(url, {})


async def test_nobody_there_is_one_sentence() -> None:
    with pytest.raises(Refused, match="url-unreachable"):
        await post_form("http://127.0.0.1:1/", {}, allowed=_anywhere)
