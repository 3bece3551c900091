"""Whoever searches too often is asked to wait; feed readers never are."""

from pathlib import Path

import httpx2
import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from tests.support.pages import look_at
from tests.support.records import seedlike_record
from tests.support.servers import serving
from tests.support.sites import HOST, SiteUnderTest, site

pytestmark = pytest.mark.anyio

FEW = {"requests_a_minute": 3}
FEEDS = (
    "/feeds/all.rss.xml",
    "/feeds/all.atom.xml",
    "/feeds/all.json",
    "/feeds/feeds.opml",
    "/feeds/archive/b001.atom.xml",
)


def client_at(it: SiteUnderTest, address: str, *, trusted: str | None = None) -> httpx2.AsyncClient:
    """A client at an address, before a server that believes the proxies at another one."""
    app = it.app if trusted is None else ProxyHeadersMiddleware(it.app, trusted_hosts=trusted)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app, client=(address, 40_000)), base_url=HOST)


async def statuses(client: httpx2.AsyncClient, number: int, path: str = "/search?q=联盟", **headers: str) -> list[int]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return [(await client.get(path, headers=sent)).status_code for _ in range(number)]


@pytest.mark.parametrize("path", ["/search", "/search.atom.xml", "/search.json"])
async def test_too_many_searches_are_answered_with_a_page_that_says_when(tmp_path: Path, path: str) -> None:
    async with site(tmp_path, seedlike_record(), web=FEW) as it:
        assert await statuses(it.client, 3, f"{path}?q=联盟") == [200] * 3
        refused = await it.page(f"{path}?q=联盟&lang=en")
        head = await it.client.head(f"{path}?q=联盟")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 20
    assert refused.headers["content-type"] == "text/html; charset=utf-8"
    assert refused.headers["cache-control"] == "no-store"
    assert "content-security-policy" in refused.headers
    page = look_at(refused.text)
    assert page.texts("//h1") == ["Too many requests"]
    assert f"try again in {refused.headers['retry-after']} s." in refused.text
    assert (head.status_code, head.content) == (429, b"")


async def test_feeds_and_pages_are_never_limited(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record(), web=FEW) as it:
        assert (await statuses(it.client, 5))[-1] == 429
        for path in (*FEEDS, "/feeds", "/", "/bulletins/b001", "/bulletins/b001/original", "/contributors.csv"):
            assert await statuses(it.client, 70, path) == [200] * 70, path
        tag = (await it.page(FEEDS[0])).headers["etag"]
        assert await statuses(it.client, 70, FEEDS[0], if_none_match=tag) == [304] * 70
        assert await statuses(it.client, 3, "/feeds/unknown.atom.xml") == [404] * 3


async def test_forms_are_counted_and_leaving_is_not(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record(), web=FEW) as it:
        sent = [(await it.client.post("/subscribe", data={"address": "a"})).status_code for _ in range(4)]
        left = [(await it.client.post("/unsubscribe/wrong")).status_code for _ in range(9)]
        looked = await statuses(it.client, 9, "/subscribe")
    assert sent == [200, 200, 200, 429]
    assert left == [404] * 9
    assert looked == [200] * 9


async def test_the_operator_can_lift_the_limit(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record(), web={"requests_a_minute": 0}) as it:
        assert await statuses(it.client, 70, "/search?q=没有") == [200] * 70


async def test_an_address_that_a_stranger_claims_is_not_believed(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record(), web=FEW) as it:
        for trusted in (None, "127.0.0.1"):
            async with client_at(it, f"203.0.113.{1 if trusted else 2}", trusted=trusted) as stranger:
                found = [(await statuses(stranger, 1, x_forwarded_for=f"198.51.100.{at}"))[0] for at in range(4)]
            assert found == [200, 200, 200, 429]


async def test_a_trusted_proxy_says_who_asks(tmp_path: Path) -> None:
    async with (
        site(tmp_path, seedlike_record(), web=FEW) as it,
        client_at(it, "127.0.0.1", trusted="127.0.0.1") as proxy,
    ):
        for reader in ("198.51.100.7", "198.51.100.8"):
            assert await statuses(proxy, 4, x_forwarded_for=reader) == [200, 200, 200, 429]


@pytest.mark.slow
def test_a_site_that_is_served_believes_the_proxy_of_its_own_machine(tmp_path: Path) -> None:
    with serving(tmp_path, [seedlike_record()], web=FEW) as url, httpx2.Client(base_url=url) as proxy:
        found = {
            reader: [proxy.get("/search?q=联盟", headers={"x-forwarded-for": reader}).status_code for _ in range(4)]
            for reader in ("198.51.100.7", "198.51.100.8")
        }
        feeds = [
            proxy.get("/feeds/all.atom.xml", headers={"x-forwarded-for": "198.51.100.7"}).status_code for _ in "abcd"
        ]
    assert list(found.values()) == [[200, 200, 200, 429]] * 2
    assert feeds == [200] * 4
