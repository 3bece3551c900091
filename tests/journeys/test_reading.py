"""Whatever is read, nothing changes, and every kind of answer carries the headers that protect its reader."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from fastapi.routing import APIRoute

from distributor.access import AccessRole, Actor
from distributor.recipients.importing import ImportOptions
from distributor.settings import asset_folder
from distributor.usecases import subscription_links
from distributor.usecases.apply_configuration import apply_configuration
from distributor.usecases.context import Context
from distributor.usecases.grant_feed import grant_feed
from distributor.usecases.hold_upload import hold_upload
from distributor.usecases.override_template import list_templates, preview_template, save_template
from distributor.usecases.request_unsubscribe import request_unsubscribe
from distributor.usecases.send_bulletin import send_bulletin
from distributor.usecases.sign_off_bulletin import sign_off_bulletin
from distributor.usecases.subscribe import SignUp, subscribe
from distributor.web import api, public
from distributor.web.desk import router as desk_router
from tests.support.address_books import keep
from tests.support.databases import dump
from tests.support.desks import Browser, browser, guest
from tests.support.pages import look_at
from tests.support.programs import API, program
from tests.support.records import make_record, seedlike_record
from tests.support.sites import SiteUnderTest, site, unsubscribe_path
from tests.support.subscribing import join, letters_to, make_preferences, token_in

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

ROOT = Actor("root")
TABLE = "单位,邮箱\n科学技术部,reading@most.example\n".encode()
# pages that are asked with words, or of which a browser knows without a link
KNOWN = ("/", "/desk", "/desk/", "/desk/login", "/search?q=联盟", "/search.atom.xml?q=联盟", "/search.json?q=联盟")
PLAIN = ("/healthz", "/robots.txt", "/sitemap.xml", "/sitemaps/lists.xml", "/sitemaps/2026.xml", "/metrics")


MOST_UNKNOWN = 8


def routes(router: object) -> Iterator[APIRoute]:
    """Every route for GET of a router, those of the routers within it, too."""
    for route in getattr(router, "routes", ()):
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()):
            yield route
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from routes(inner)


ROUTES = [route for router in (public.router, desk_router, api.router) for route in routes(router)]


async def full(it: SiteUnderTest) -> list[str]:
    """Fill a site with something of everything; gives the addresses that no page links to."""
    context = replace(it.context, config=asset_folder("config"))
    await apply_configuration(context, ROOT)
    await keep(context, make_record(id="b002"))
    await sign_off_bulletin(context, ROOT, "b001")
    await send_bulletin(context, ROOT, "b001")
    state = (await list_templates(context))[0]
    version = await save_template(context, ROOT, state.name, state.shipped)
    await preview_template(context, ROOT, version.id)
    upload = await hold_upload(context, ROOT, "addresses.csv", TABLE, ImportOptions())
    granted = await grant_feed(context, ROOT, "科技部")
    ticket = unsubscribe_path("bulletin@most.example", "bao")
    await request_unsubscribe(context, ticket.rsplit("/", 1)[1], "203.0.113.9")
    (context.mail_folder).mkdir()
    (context.mail_folder / "0001-a@most.example.eml").write_bytes(
        b"Subject: a\r\nContent-Type: text/html\r\n\r\n<p>a</p>"
    )
    address = dict([granted.addresses[0]])
    secret = next(iter(address.values())).removeprefix(context.publication.base_url)
    return [*await _of_readers(context), ticket, secret, f"/desk/import/{upload}", f"/desk/mail/versions/{version.id}"]


async def _of_readers(context: Context) -> list[str]:
    """The pages that lie behind the links of letters."""
    await subscribe(context, SignUp("new@reader.example", (), make_preferences(), "203.0.113.9"))
    words = dict(await letters_to(context, "new@reader.example"))["confirm-subscription"].text
    held = await join(context, "reader@reader.example")
    base = context.publication.base_url
    own = subscription_links.preferences_url(context, held.subscriber.address).removeprefix(base)
    other = subscription_links.address_url(context, held, "other@reader.example").removeprefix(base)
    asked = f"/subscribe/confirm/{token_in(words, 'subscribe/confirm')}"
    return [asked, own, f"{own}/data.json", f"{own}/delete", other]


async def everything(visitor: Browser, known: list[str]) -> dict[str, httpx2.Response]:
    """Read every address that is known, and follow links until each route was asked for twice."""
    seen: dict[str, httpx2.Response] = {}
    asked: dict[str, int] = {}
    waiting = list(known)
    while waiting:
        path = waiting.pop()
        answer = seen[path] = await visitor.get(path)
        if answer.status_code != 200 or not answer.headers["content-type"].startswith("text/html"):
            continue
        page = look_at(answer.text)
        for link in page.values("//@href | //@src | //@hx-get | //@data-stream"):
            pattern = _pattern(link)
            if link not in seen and link not in waiting and pattern and asked.get(pattern, 0) < 2:
                asked[pattern] = asked.get(pattern, 0) + 1
                waiting.append(link.split("#")[0])
    return seen


def _pattern(link: str) -> str | None:
    """The route that a link leads to; None for another site."""
    path = httpx2.URL(link).path if link.startswith("/") else ""
    return next((route.path for route in ROUTES if route.path_regex.match(path)), None)


async def kept(it: SiteUnderTest) -> dict[str, object]:
    """Everything that is kept, but how often secret feeds are fetched, which is counted on purpose."""
    return {name: rows for name, rows in (await dump(it.context.database)).items() if name != "feed_access"}


def missed(seen: dict[str, httpx2.Response]) -> list[APIRoute]:
    """The routes that nobody asked for yet."""
    paths = [httpx2.URL(path).path for path in seen]
    return [route for route in ROUTES if not any(route.path_regex.match(path) for path in paths)]


def _places(seen: dict[str, httpx2.Response]) -> dict[str, str]:
    """An id of something that is there for each place of a path."""
    patterns = {"run_id": r"/desk/runs/(\w+)", "delivery_id": r"/deliveries/(\w+)", "slug": r"/sections/([^/?]+)"}
    found = {name: re.search(pattern, " ".join(seen)) for name, pattern in patterns.items()}
    known = {name: match[1] for name, match in found.items() if match is not None}
    return {**known, "bulletin_id": "b001", "item_key": "b001k003", "act": "cancel", "page": "1", "form": "csv"}


async def test_every_route_that_reads_changes_nothing_and_protects_its_reader(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        secret = await full(it)
        caller = await program(it)
        visitor = await browser(it, AccessRole.ADMINISTRATOR)
        # when a token was last used is written down once an hour
        await caller.get("/lists")
        before = await kept(it)
        seen = await everything(visitor, [*KNOWN, *PLAIN, *secret, "/api/v1", "/api/v1/", "/api/v1/openapi.json"])
        places = _places(seen)
        for route in missed(seen):
            path = re.sub(r":\w+", "", route.path).format_map(places)
            asked = caller.get(path.removeprefix(API)) if path.startswith(API) else visitor.get(path)
            seen[path] = await asked
        assert await kept(it) == before
        assert missed(seen) == []
        assert len([answer for answer in seen.values() if answer.status_code == 200]) > 120
        # what is not there: a page of paper without a printer, an upload of somebody else, a row without its address
        assert len([path for path, answer in seen.items() if answer.status_code == 404]) < MOST_UNKNOWN
        assert {path: answer.status_code for path, answer in seen.items() if answer.status_code >= 500} == {}
        for path, answer in seen.items():
            _protects(path, answer)


async def test_errors_redirects_and_refusals_protect_their_reader_too(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        visitor, nobody = await browser(it, AccessRole.READER), guest(it)
        answers = {
            "not found": await nobody.get("/nothing"),
            "method": await nobody.post("/feeds", {}),
            "login": await nobody.get("/desk/"),
            "role": await visitor.get("/desk/users"),
            "origin": await visitor.post("/desk/logout", {}, headers={"origin": "https://evil.example"}),
            "token": await nobody.get("/unsubscribe/nothing"),
            "program": await nobody.get("/api/v1/lists"),
            "parameter": await nobody.get("/search?page=x"),
            "head": await it.client.head("/"),
        }
        assert {answer.status_code for answer in answers.values()} == {200, 303, 401, 403, 404, 405, 422}
        for name, answer in answers.items():
            _protects(name, answer)


def _protects(path: str, answer: httpx2.Response) -> None:
    headers = answer.headers
    assert headers["content-security-policy"].startswith("default-src 'none'"), path
    assert headers["x-content-type-options"] == "nosniff", path
    assert headers["x-frame-options"] in {"DENY", "SAMEORIGIN"}, path
    assert headers["referrer-policy"] in {"strict-origin-when-cross-origin", "no-referrer"}, path
    assert headers["cross-origin-opener-policy"] == "same-origin", path
    assert "server" not in headers, path
    if path.startswith(("/desk", "/api", "/preferences", "/unsubscribe", "/subscribe/confirm")):
        assert headers["cache-control"] == "no-store", path
    if path.startswith(("/preferences", "/unsubscribe", "/subscribe/confirm")):
        assert headers["referrer-policy"] == "no-referrer", path
