"""The desk in a real browser: wide and narrow, light and dark, with and without script, by keyboard."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import text

from distributor.access import AccessRole, Actor
from distributor.model.finding import Finding, Level
from distributor.store import suppressions
from distributor.usecases.context import Context
from distributor.usecases.send_bulletin import send_bulletin
from distributor.usecases.sign_off_bulletin import sign_off_bulletin
from tests.support.address_books import keep
from tests.support.books import body, book, footer
from tests.support.browsing import beside, grave, log_in
from tests.support.desks import add_account
from tests.support.records import make_record, seedlike_record
from tests.support.servers import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")
SEED = Path(__file__).parents[2] / "seeds" / "000_04bd7fccb17faafb.txt"
BOOK = book([body("most", "科学技术部", short="科技部"), body("mof", "财政部")])
FOOTER = (footer("报", "科技部、财政部"),)
FINDINGS = (
    Finding(Level.BLOCKING, "issue-mismatch", 3),
    Finding(Level.WARNING, "missing-attribution", 12, {"title": "存储联盟举办技术分享活动"}),
)
PAGES = (
    *("", "?lang=en", "upload", "bulletins/b001", "bulletins/b001/plan", "bulletins/b001/runs", "bulletins/b001/trail"),
    *("bulletins/b001/sign-off", "bulletins/b002/sign-off", "bulletins/b003/plan", "bulletins/b003/sign-off"),
    *("bulletins/b001/publish", "bulletins/b001/send?list=bao", "tickets", "users", "users/new", "users/li"),
    *("account", "account?lang=en", "account/second-factor", "audit", "audit/check", "bulletins/nothing"),
)


class Desk(NamedTuple):
    """A desk that is served, and the folder of its database."""

    url: str
    folder: Path


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    with serving(folder, book=BOOK) as url:
        beside(folder, fill)
        yield Desk(url, folder)


async def fill(context: Context) -> None:
    for name, role in (("li", AccessRole.EDITOR), ("wang", AccessRole.APPROVER), ("root", AccessRole.ADMINISTRATOR)):
        await add_account(context, name, role)
    await keep(context, seedlike_record(distribution=FOOTER))
    await keep(context, make_record(id="b002", distribution=FOOTER, findings=FINDINGS))
    await keep(context, make_record(id="b003", distribution=(footer("报", "科技部、财务部"),)))
    async with context.database.write() as connection:
        for number in range(2):
            await suppressions.open_ticket(
                connection, f"t{number}", f"office{number}@kjt-gd.example", "bao", context.now()
            )
    await sign_off_bulletin(context, Actor("wang"), "b001")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_fits_its_window_and_axe_finds_nothing_serious(
    browser: Browser, desk: Desk, width: int, scheme: str
) -> None:
    page = log_in(browser, desk.url, "root", width=width, scheme=scheme)
    forbidden: list[str] = []
    page.on("console", lambda said: forbidden.append(said.text) if "Content Security Policy" in said.text else None)
    for path in PAGES:
        page.goto(f"{desk.url}/desk/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
        assert grave(page) == [], path
    assert forbidden == []
    page.context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_login_is_as_accessible(browser: Browser, desk: Desk, scheme: str) -> None:
    page = browser.new_page(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{desk.url}/desk/login")
    assert grave(page) == []
    page.fill("[name=name]", "nobody")
    page.fill("[name=password]", "wrong")
    page.click("main button")
    expect(page.get_by_role("alert")).to_be_visible()
    assert grave(page) == []
    page.close()


def test_tables_become_cards_on_a_phone_with_the_heading_of_each_value(browser: Browser, desk: Desk) -> None:
    page = log_in(browser, desk.url, "li", width=390)
    cell = page.locator("tbody td").first
    shown = cell.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert shown.strip('"') == cell.get_attribute("data-label")
    row = page.locator("tbody tr").first
    assert row.evaluate("row => row.scrollWidth <= row.clientWidth")
    page.context.close()


def test_a_file_is_uploaded_with_its_progress(browser: Browser, desk: Desk) -> None:
    page = log_in(browser, desk.url, "li")
    page.goto(f"{desk.url}/desk/upload")
    page.set_input_files("[name=file]", SEED)
    page.fill("[name=issue]", "2026年第1期")
    page.click("main form[data-upload] button")
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.locator("article.item")).to_have_count(31)
    page.context.close()


def test_what_is_wrong_with_a_file_is_said_on_the_form_and_it_can_be_sent_again(browser: Browser, desk: Desk) -> None:
    page = log_in(browser, desk.url, "li")
    page.goto(f"{desk.url}/desk/upload")
    for name in ("empty.txt", "again.txt"):
        page.set_input_files("[name=file]", [{"name": name, "mimeType": "text/plain", "buffer": b""}])
        page.click("main form[data-upload] button")
        expect(page.get_by_role("alert")).to_contain_text(name)
    page.context.close()


def test_a_file_that_is_too_large_is_not_even_sent(browser: Browser, desk: Desk) -> None:
    page = log_in(browser, desk.url, "li")
    page.goto(f"{desk.url}/desk/upload")
    page.evaluate("document.querySelector('form[data-upload]').dataset.most = '0'")
    page.set_input_files("[name=file]", SEED)
    assert page.evaluate("document.querySelector('[name=file]').validationMessage") != ""
    page.context.close()


def test_everything_works_without_script(browser: Browser, desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "again.txt"
    file.write_bytes(SEED.read_bytes().replace("第17期".encode(), "第18期".encode()))
    page = log_in(browser, desk.url, "root", script=False)
    page.click("a[href='/desk/upload']")
    page.set_input_files("[name=file]", file)
    page.click("main form[data-upload] button")
    expect(page.locator("article.item")).to_have_count(31)
    page.goto(f"{desk.url}/desk/tickets")
    page.locator("main form button").first.click()
    page.locator(".note button").click()
    expect(page.locator("tbody form button")).to_have_count(2)
    page.goto(f"{desk.url}/desk/bulletins/b002/sign-off")
    page.check("[name=waive]")
    page.click("main .confirm button")
    expect(page.locator(".note.done")).to_be_visible()
    page.context.close()


def test_the_keyboard_reaches_the_words_first_and_shows_where_it_is(browser: Browser, desk: Desk) -> None:
    page = log_in(browser, desk.url, "root")
    page.goto(f"{desk.url}/desk/users/new")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    page.focus("[name=name]")
    assert page.evaluate("getComputedStyle(document.querySelector('[name=name]')).boxShadow") != "none"
    page.context.close()


def test_the_numbers_of_a_run_renew_themselves_until_it_is_finished(browser: Browser, desk: Desk) -> None:
    async def send(context: Context) -> None:
        await send_bulletin(context, Actor("wang"), "b001")

    async def finish(context: Context) -> None:
        async with context.database.write() as connection:
            await connection.execute(text("UPDATE deliveries SET state = 'sent'"))

    beside(desk.folder, send)
    page = log_in(browser, desk.url, "wang")
    page.goto(f"{desk.url}/desk/bulletins/b001/runs")
    page.locator("tbody th a").click()
    expect(page.locator(".progress-box .figure")).to_have_text("0 / 2")
    beside(desk.folder, finish)
    expect(page.locator(".progress-box .figure")).to_have_text("2 / 2", timeout=15_000)
    expect(page.locator("#progress[data-stream]")).to_have_count(0)
    page.context.close()
