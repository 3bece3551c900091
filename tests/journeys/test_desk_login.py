"""Coming in and going out at the desk."""

from datetime import timedelta
from pathlib import Path

import pytest

from distributor.access import AccessRole
from distributor.clock import FixedClock
from tests.support.desks import COOKIE, PASSWORD, Browser, add_account, browser, guest, hidden
from tests.support.pages import look_at
from tests.support.sites import SiteUnderTest, site

pytestmark = pytest.mark.anyio

WRONG = "wrong"


async def log_in(visitor: Browser, name: str = "li", password: str = PASSWORD, page: str = "/desk/login") -> int:
    return (await visitor.submit(page, "/desk/login", {"name": name, "password": password})).status_code


async def test_a_page_asks_for_a_login_and_the_login_leads_back_to_it(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await add_account(it.context, "li")
        visitor = guest(it)
        asked = await visitor.get("/desk/bulletins/b001/plan?lang=en")
        assert asked.status_code == 303
        assert asked.headers["cache-control"] == "no-store"
        login = await visitor.get(asked.headers["location"])
        assert login.status_code == 200
        fields = {**hidden(login.text, "/desk/login"), "name": "li", "password": PASSWORD}
        entered = await visitor.post("/desk/login?lang=en", fields)
        assert entered.headers["location"] == "/desk/bulletins/b001/plan?lang=en"
        assert (await visitor.get("/desk/")).status_code == 200
        assert (await visitor.get("/desk/login")).status_code == 303


async def test_the_cookie_is_for_this_host_over_https_and_not_for_scripts(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await add_account(it.context, "li")
        visitor = guest(it)
        answer = await visitor.submit("/desk/login", "/desk/login", {"name": "li", "password": PASSWORD})
        line = next(line for line in answer.headers.get_list("set-cookie") if line.startswith(f"{COOKIE}="))
        assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= {part.strip() for part in line.split(";")}
        assert "domain" not in line.lower()
        assert set(visitor.cookies) == {COOKIE}


async def test_on_the_loopback_of_a_demo_it_works_without_https(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await add_account(it.context, "li")
        page = await it.client.get("http://127.0.0.1:8000/desk/login")
        guest_cookie = page.headers["set-cookie"].split(";")[0]
        assert guest_cookie.startswith("desk-guest=")
        assert "Secure" not in page.headers["set-cookie"]
        fields = {**hidden(page.text, "/desk/login"), "name": "li", "password": PASSWORD}
        headers = {"origin": "http://127.0.0.1:8000", "cookie": guest_cookie}
        entered = await it.client.post("http://127.0.0.1:8000/desk/login", data=fields, headers=headers)
        cookie = next(line for line in entered.headers.get_list("set-cookie") if line.startswith("desk="))
        home = await it.client.get("http://127.0.0.1:8000/desk/", headers={"cookie": cookie.split(";")[0]})
        assert home.status_code == 200


async def test_a_wrong_password_and_an_unknown_account_look_the_same(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await add_account(it.context, "li")
        pages = []
        for name in ("li", "no"):
            visitor = guest(it)
            page = await visitor.submit("/desk/login", "/desk/login", {"name": name, "password": "wrong"})
            assert page.status_code == 403
            pages.append(look_at(page.text))
        assert pages[0].texts("//*[@role='alert']") == pages[1].texts("//*[@role='alert']") != []
        assert [page.values("//input[@name='name']/@value") for page in pages] == [["li"], ["no"]]
        assert "wrong" not in page.text


async def test_after_five_failures_one_waits_and_is_told_how_long(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await add_account(it.context, "li")
        visitor = guest(it)
        assert [await log_in(visitor, password=WRONG) for _ in range(5)] == [403] * 5
        slowed = await visitor.submit("/desk/login", "/desk/login", {"name": "li", "password": PASSWORD})
        assert (slowed.status_code, slowed.headers["retry-after"]) == (429, "15")
        assert isinstance(it.context.clock, FixedClock)
        it.context.clock.moment += timedelta(seconds=15)
        assert await log_in(visitor) == 303


async def test_the_session_changes_at_login_and_dies_at_logout(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await add_account(it.context, "li")
        visitor = guest(it)
        await visitor.get("/desk/login")
        before = dict(visitor.cookies)
        await log_in(visitor)
        token = visitor.cookies[COOKIE]
        assert token not in before.values()
        left = await visitor.submit("/desk/account", "/desk/logout")
        assert left.headers["location"] == "/desk/login"
        assert COOKIE not in visitor.cookies
        visitor.cookies = {COOKIE: token}
        assert (await visitor.get("/desk/")).status_code == 303


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "/captured", "/desk//x"]
)
async def test_a_login_never_leads_to_another_place(tmp_path: Path, wanted: str) -> None:
    async with site(tmp_path) as it:
        await add_account(it.context, "li")
        visitor = guest(it)
        page = (await visitor.get(f"/desk/login?next={wanted}")).text
        assert hidden(page, "/desk/login")["next"] == "/desk/"
        fields = {**hidden(page, "/desk/login"), "next": wanted, "name": "li", "password": PASSWORD}
        assert (await visitor.post("/desk/login", fields)).headers["location"] == "/desk/"


async def test_a_session_of_elsewhere_is_ended_from_here(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        here, there = await browser(it), await browser(it)
        page = look_at((await here.get("/desk/account")).text)
        (path,) = page.values("//form[contains(@action, '/revoke')]/@action")
        ended = await here.submit("/desk/account", path)
        assert ended.status_code == 303
        assert (await here.get("/desk/")).status_code == 200
        assert (await there.get("/desk/")).status_code == 303


async def test_ones_password_is_changed_with_the_old_one(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        visitor = await browser(it, name="li")
        new = "another good phrase"
        for old, wanted, status in (("wrong", new, 422), (PASSWORD, "short", 422), (PASSWORD, new, 303)):
            answer = await visitor.submit("/desk/account", "/desk/account/password", {"old": old, "new": wanted})
            assert answer.status_code == status
            assert wanted not in answer.text
        assert await log_in(guest(it), password=new) == 303


async def test_a_part_of_a_page_sends_the_whole_window_to_the_login(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        answer = await guest(it).get("/desk/runs/r1/progress", **{"hx-request": "true"})
        assert answer.status_code == 204
        assert answer.headers["hx-redirect"].startswith("/desk/login")


async def _stopped(it: SiteUnderTest) -> Browser:
    return await browser(it, AccessRole.ADMINISTRATOR, "root")


async def test_who_is_stopped_is_out_at_the_next_page(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        root, li = await _stopped(it), await browser(it, name="li")
        assert (await li.get("/desk/")).status_code == 200
        await root.submit("/desk/users/li", "/desk/users/li/disable")
        assert (await li.get("/desk/")).status_code == 303
        assert await log_in(guest(it)) == 403
