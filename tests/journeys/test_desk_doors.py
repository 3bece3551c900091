"""The doors of the desk: every route for every role, from where forms come, what a GET may do, what is kept."""

from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from distributor import access
from distributor.access import AccessRole, Act
from distributor.web.desk.routing import act_of, router
from tests.support.databases import dump
from tests.support.desks import Browser, browser, draft, guest, hidden
from tests.support.pages import look_at
from tests.support.sites import SiteUnderTest, site

pytestmark = pytest.mark.anyio

ROUTES = [route for route in router.routes if isinstance(route, APIRoute)]
PAGES = [route for route in ROUTES if "GET" in (route.methods or ())]
FORMS = [route for route in ROUTES if "POST" in (route.methods or ())]


class Places(dict[str, str]):
    """An id for each place of a path: the bulletin is there, the rest is not, so that nothing happens."""

    def __missing__(self, name: str) -> str:
        return "none"


PLACES = Places(bulletin_id="b001", name="nobody")


def path_of(route: APIRoute) -> str:
    return route.path.format_map(PLACES)


async def person(it: SiteUnderTest, role: AccessRole | None) -> Browser:
    return guest(it) if role is None else await browser(it, role)


async def token(visitor: Browser) -> dict[str, str]:
    """A form token of this session, from any page that has one."""
    if visitor.cookies:
        return hidden((await visitor.get("/desk/account")).text, "/desk/logout")
    return {"form-token": hidden((await visitor.get("/desk/login")).text, "/desk/login")["form-token"]}


def test_the_desk_has_routes_and_each_declares_its_act() -> None:
    assert len(PAGES) > 15
    assert len(FORMS) > 10
    assert len(ROUTES) == len(router.routes)
    assert [route.path for route in ROUTES if act_of(route) is None] == []


def test_no_route_both_shows_and_does() -> None:
    assert {frozenset(route.methods or ()) for route in ROUTES} == {frozenset({"GET", "HEAD"}), frozenset({"POST"})}


async def test_the_application_has_no_other_route_to_the_desk(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        for path in ("/desk/nothing", "/desk/bulletins", "/desk/../desk/x", "/desk/login/x"):
            assert (await guest(it).get(path)).status_code == 404


@pytest.mark.parametrize("role", [None, *AccessRole])
async def test_every_page_is_open_to_whom_the_matrix_says(tmp_path: Path, role: AccessRole | None) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        for route in PAGES:
            visitor = await person(it, role)
            answer = await visitor.get(path_of(route))
            assert answer.status_code == expected(role, route, answer.status_code), route.path


@pytest.mark.parametrize("role", [None, *AccessRole])
async def test_every_form_is_taken_from_whom_the_matrix_says(tmp_path: Path, role: AccessRole | None) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        for route in FORMS:
            visitor = await person(it, role)
            answer = await visitor.post(path_of(route), await token(visitor))
            assert answer.status_code == expected(role, route, answer.status_code), route.path


def expected(role: AccessRole | None, route: APIRoute, got: int) -> int:
    """The status of a refusal; for who is let in, whatever was answered that is none."""
    act = act_of(route)
    assert act is not None
    if access.may(role, act):
        # a login without a name is refused as a login, not by the gate
        refusals = {403} if act is not Act.LOG_IN else set()
        assert got not in refusals
        assert got < 500
        return got
    return 303 if role is None else 403


async def test_who_is_not_let_in_is_told_who_may(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        page = look_at((await (await browser(it, AccessRole.READER)).get("/desk/users")).text)
        assert page.texts("//*[contains(@class, 'kicker')]") == ["403"]
        assert "需要“管理员”或更高的角色" in " ".join(page.texts("//main"))
        assert "administrator" not in " ".join(page.texts("//main"))


FOREIGN = (
    {},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
)


@pytest.mark.parametrize("headers", FOREIGN)
async def test_no_form_is_taken_from_another_site(tmp_path: Path, headers: dict[str, str]) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        for visitor in (await browser(it, AccessRole.ADMINISTRATOR), guest(it)):
            fields = await token(visitor)
            for route in FORMS:
                answer = await visitor.post(path_of(route), fields, headers=headers)
                assert answer.status_code == 403, route.path


async def test_no_form_is_taken_without_the_token_of_this_session(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        visitor, other = await browser(it, AccessRole.ADMINISTRATOR), await browser(it, AccessRole.ADMINISTRATOR)
        wrong = ({}, {"form-token": ""}, {"form-token": "x.y"}, await token(other), await token(guest(it)))
        for route in FORMS:
            for fields in wrong:
                assert (await visitor.post(path_of(route), fields)).status_code == 403, route.path


async def test_looking_changes_nothing(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        visitor = await browser(it, AccessRole.ADMINISTRATOR)
        before = await dump(it.context.database)
        for route in ROUTES:
            await visitor.get(path_of(route))
            await it.client.head(path_of(route), headers={"cookie": "; ".join(map("=".join, visitor.cookies.items()))})
        assert await dump(it.context.database) == before


async def test_pages_of_the_desk_are_kept_by_nobody_and_framed_by_nobody(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        for visitor in (await browser(it, AccessRole.ADMINISTRATOR), guest(it)):
            for route in PAGES:
                answer = await visitor.get(path_of(route))
                policy = answer.headers["content-security-policy"]
                assert answer.headers["cache-control"] == "no-store", route.path
                # a mail is a document of its own that the desk shows in a frame, without script and without origin
                is_mail = answer.status_code == 200 and "sandbox allow-popups" in policy and "script-src" not in policy
                assert ("frame-ancestors 'self'" if is_mail else "frame-ancestors 'none'") in policy, route.path
                assert is_mail or "unsafe" not in policy
                assert answer.headers["x-content-type-options"] == "nosniff"


async def test_no_page_needs_a_script_or_a_style_within_it(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        visitor = await browser(it, AccessRole.ADMINISTRATOR)
        for route in PAGES:
            answer = await visitor.get(path_of(route))
            if not answer.headers.get("content-type", "").startswith("text/html"):
                continue
            if "sandbox" in answer.headers["content-security-policy"]:
                continue  # a mail carries its own styles; its policy allows no script
            page = look_at(answer.text)
            assert page.values("//@style | //@*[starts-with(name(), 'on')]") == [], route.path
            assert page.texts("//style | //script[not(@src)]") == []
            assert page.values("//form[@method='post'][not(.//input[@name='form-token'])]/@action") == [], route.path
            assert page.values("//form[not(@method='post' or @method='get')]/@action") == []


async def test_a_form_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        visitor = await browser(it, AccessRole.ADMINISTRATOR)
        fields = await token(visitor)
        answer = await visitor.post("/desk/users/new", {**fields, "name": "x" * 300_000})
        assert answer.status_code == 413

        async def endless() -> object:
            for _ in range(40):
                yield b"a=" + b"x" * 16_384 + b"&"

        headers = {"origin": "https://testserver.example", "content-type": "application/x-www-form-urlencoded"}
        sent = await visitor.post("/desk/users/new", None, headers=headers, content=endless())
        assert sent.status_code == 413
        odd = await visitor.post("/desk/users/new", fields, headers={**headers, "content-length": "many"})
        assert odd.status_code == 422
