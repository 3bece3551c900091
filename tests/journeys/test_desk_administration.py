"""Accounts, wishes to be left out and the audit log at the desk."""

from pathlib import Path

import pytest
from sqlalchemy import text

from distributor.access import AccessRole
from distributor.store import suppressions
from distributor.store.engine import Database
from distributor.usecases.list_users import show_user
from distributor.usecases.settle_ticket import list_tickets
from tests.support.desks import PASSWORD, add_account, browser, hidden
from tests.support.pages import look_at
from tests.support.sites import SiteUnderTest, site

pytestmark = pytest.mark.anyio


async def test_an_administrator_adds_an_account_with_the_password_that_is_suggested(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        visitor = await browser(it, AccessRole.ADMINISTRATOR)
        form = look_at((await visitor.get("/desk/users/new")).text)
        (suggested,) = form.values("//input[@name='password']/@value")
        fields = {"name": "李明", "role": "approver", "password": suggested}
        added = await visitor.submit("/desk/users/new", "/desk/users/new", fields)
        assert added.headers["location"] == "/desk/users/%E6%9D%8E%E6%98%8E"
        assert (await show_user(it.context, "李明")).role is AccessRole.APPROVER
        assert (await visitor.get(added.headers["location"])).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [{"name": "a b"}, {"password": "short"}, {"role": "king"}, {"name": "the-administrator"}, {"role": ""}],
)
async def test_a_form_that_is_not_good_comes_back_with_what_is_wrong(tmp_path: Path, wrong: dict[str, str]) -> None:
    async with site(tmp_path) as it:
        visitor = await browser(it, AccessRole.ADMINISTRATOR)
        fields = {"name": "li", "role": "reader", "password": PASSWORD, **wrong}
        answer = await visitor.submit("/desk/users/new", "/desk/users/new", fields)
        assert answer.status_code in {409, 422}
        page = look_at(answer.text)
        assert len(page.texts("//*[@role='alert']")) == 1
        assert page.values("//input[@name='name']/@value") == [fields["name"]]
        assert PASSWORD not in answer.text


async def test_an_account_gets_another_role_another_password_and_is_stopped_with_a_way_back(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await add_account(it.context, "li", AccessRole.READER)
        visitor = await browser(it, AccessRole.ADMINISTRATOR)
        page = "/desk/users/li"
        await visitor.submit(page, f"{page}/role", {"role": "editor"})
        assert (await show_user(it.context, "li")).role is AccessRole.EDITOR
        weak = await visitor.submit(page, f"{page}/password", {"password": "short"})
        assert weak.status_code == 422
        assert (await visitor.submit(page, f"{page}/password", {"password": "another good phrase"})).status_code == 303
        await visitor.submit(page, f"{page}/disable")
        assert (await show_user(it.context, "li")).disabled is not None
        shown = (await visitor.get(page)).text
        assert hidden(shown, f"{page}/enable")
        # the undo stands in the message of the act; the page has its own button as well
        await visitor.post(f"{page}/enable", hidden(shown, f"{page}/enable"))
        assert (await show_user(it.context, "li")).disabled is None


async def test_the_last_administrator_cannot_be_stopped(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        visitor = await browser(it, AccessRole.ADMINISTRATOR)
        page = "/desk/users/the-administrator"
        assert (await visitor.submit(page, f"{page}/disable")).status_code == 409
        assert (await visitor.submit(page, f"{page}/role", {"role": "reader"})).status_code == 409


async def wish(it: SiteUnderTest, count: int = 1) -> None:
    async with it.context.database.write() as connection:
        for number in range(count):
            arguments = (f"t{number:03d}", f"office{number}@kjt-gd.example", "bao", it.context.now())
            await suppressions.open_ticket(connection, *arguments)


async def test_a_wish_is_settled_and_that_is_taken_back(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await wish(it)
        visitor = await browser(it, AccessRole.EDITOR)
        assert "/desk/tickets" in look_at((await visitor.get("/desk/")).text).values("//main//a/@href")
        await visitor.submit("/desk/tickets", "/desk/tickets/t000/close")
        page = (await visitor.get("/desk/tickets")).text
        await visitor.post("/desk/tickets/t000/reopen", hidden(page, "/desk/tickets/t000/reopen"))
        (ticket,) = (await list_tickets(it.context, 5)).tickets
        assert ticket.closed is None
        reader = await browser(it, AccessRole.READER)
        assert look_at((await reader.get("/desk/tickets")).text).values("//main//form/@action") == []


async def test_long_lists_come_in_pages(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await wish(it, 120)
        visitor = await browser(it, AccessRole.EDITOR)
        sizes, path = [], "/desk/tickets?lang=en"
        while path:
            page = look_at((await visitor.get(path)).text)
            sizes.append(len(page.texts("//tbody/tr")))
            path = next(iter(page.values("//a[@rel='next']/@href")), "")
        assert sizes == [50, 50, 20]
        for odd in ("0", "-1", "x", "99999999", "²", "4"):
            page = look_at((await visitor.get(f"/desk/tickets?page={odd}")).text)
            assert page.texts("//h1") != []


async def test_the_log_shows_who_did_what_and_that_it_holds(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        visitor = await browser(it, AccessRole.ADMINISTRATOR)
        empty = look_at((await visitor.get("/desk/audit")).text)
        assert empty.texts("//*[contains(@class, 'empty')]") != []
        fields = {"name": "li", "role": "reader", "password": PASSWORD}
        await visitor.submit("/desk/users/new", "/desk/users/new", fields)
        page = look_at((await visitor.get("/desk/audit")).text)
        assert len(page.texts("//*[contains(@class, 'verified')]")) >= 1
        assert any("the-administrator" in row and "li" in row for row in page.texts("//tbody/tr"))
        assert PASSWORD not in page.tree.text_content()
        check = look_at((await visitor.get("/desk/audit/check")).text)
        assert check.texts("//*[@role='alert']") == []


async def test_a_log_that_was_changed_says_so(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        visitor = await browser(it, AccessRole.ADMINISTRATOR)
        fields = {"name": "li", "role": "reader", "password": PASSWORD}
        await visitor.submit("/desk/users/new", "/desk/users/new", fields)
        await _forge(it.context.database)
        for path in ("/desk/audit", "/desk/audit/check"):
            assert len(look_at((await visitor.get(path)).text).texts("//*[@role='alert']")) == 1


async def _forge(database: Database) -> None:
    async with database.write() as connection:
        for statement in ("DROP TRIGGER audit_no_update", "UPDATE audit SET actor = 'somebody else'"):
            await connection.execute(text(statement))
