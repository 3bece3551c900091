"""The address book in a real browser: fit, axe, Chinese typed, rows changed in place, tables imported, no script."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from distributor.access import AccessRole
from distributor.model.extras import Extra
from distributor.model.history import Subject
from distributor.recipients import Edit
from distributor.usecases.adjust_plan import add_extra
from distributor.usecases.context import Context
from distributor.usecases.edit_book import edit_book
from distributor.usecases.sign_off_bulletin import sign_off_bulletin
from distributor.usecases.suppress_address import suppress_address
from tests.support.address_books import CLERK, keep
from tests.support.books import footer, shipped_book
from tests.support.browsing import beside, grave, log_in
from tests.support.desks import add_account
from tests.support.records import make_record
from tests.support.servers import serving
from tests.support.tables import csv_bytes

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = (
    *("organizations", "organizations?word=无此", "organizations/most", "organizations/new", "contacts"),
    *("contacts/edit?key=most bulletin@most.example", "groups", "groups/pilot-alliances", "groups/new"),
    *("lists", "lists/bao", "lists/new", "suppressions", "import", "address-book/history", "bulletins/b001/plan"),
    *("bulletins/b002/plan", "organizations?lang=en", "contacts?lang=en", "bulletins/b002/plan?lang=en"),
)
TABLE = (("单位", "邮箱", "备注"), ("科技部", "new@most.example", "x"), ("木竹研究会", "a@wood.example", "y"))
FOOTER = (footer("报", "科计部、财政部"), footer("送", "各试点产业技术创新战略联盟"))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[str]:
    with serving(tmp_path, book=shipped_book()) as url:
        beside(tmp_path, fill)
        yield url


async def fill(context: Context) -> None:
    await add_account(context, "root", AccessRole.ADMINISTRATOR)
    first = make_record(id="b001")
    await keep(context, first)
    await sign_off_bulletin(context, CLERK, "b001")
    masthead = replace(first.masthead, date="2026-02-05", issue="第13期")
    await keep(context, make_record(id="b002", masthead=masthead, distribution=FOOTER))
    await add_extra(context, CLERK, "b002", Extra("song", "特邀专家组 <guest@x.example>", note="应邀"))
    await suppress_address(context, CLERK, "bulletin@mof.example", "退信")
    await edit_book(context, CLERK, [Edit(Subject.ORGANIZATION, "most", {"valid_from": "1998-03-10"})])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_fits_its_window_and_axe_finds_nothing_serious(
    browser: Browser, desk: str, width: int, scheme: str
) -> None:
    page = log_in(browser, desk, "root", width=width, scheme=scheme)
    forbidden: list[str] = []
    page.on("console", lambda said: forbidden.append(said.text) if "Content Security Policy" in said.text else None)
    for path in PAGES:
        page.goto(f"{desk}/desk/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
        assert grave(page) == [], path
    assert forbidden == []
    page.context.close()


def test_the_list_follows_while_two_chinese_characters_are_typed(browser: Browser, desk: str) -> None:
    page = log_in(browser, desk, "root")
    page.goto(f"{desk}/desk/organizations")
    page.focus("[name=word]")
    page.keyboard.insert_text("木竹")
    expect(page.locator("#found tbody tr")).to_have_count(1)
    expect(page.locator("[name=word]")).to_be_focused()
    assert "word=" in page.url
    page.select_option("[name=has-contact]", "no")
    expect(page.locator("#found .empty")).to_be_visible()
    page.reload()
    expect(page.locator("#found .empty")).to_be_visible()
    page.context.close()


def test_a_mailbox_is_changed_in_its_row_by_keyboard_and_taken_back(browser: Browser, desk: str) -> None:
    page = log_in(browser, desk, "root")
    page.goto(f"{desk}/desk/contacts?word=科技部阅办")
    page.focus("td.do a")
    page.keyboard.press("Enter")
    form = page.locator("tr.editing")
    expect(form).to_be_visible()
    # what was put in is taken over by the script in a moment; before that a form is sent as without one
    expect(page.locator(".htmx-added, .htmx-settling")).to_have_count(0)
    form.locator("[name=name]").fill("阅办一处")
    page.keyboard.press("Enter")
    row = page.locator("#found tbody tr").first
    expect(row).to_contain_text("阅办一处")
    row.locator("form button").click()
    expect(page.locator(".note.done")).to_be_visible()
    page.goto(f"{desk}/desk/contacts?word=科技部阅办")
    expect(page.locator("#found tbody")).to_contain_text("科技部阅办")
    page.context.close()


def test_an_edit_in_a_row_says_what_is_wrong_and_can_be_left(browser: Browser, desk: str) -> None:
    page = log_in(browser, desk, "root")
    page.goto(f"{desk}/desk/organizations/most")
    page.locator("td.do a").first.click()
    form = page.locator("tr.editing")
    form.locator("[name=address]").fill("nowhere")
    form.locator("button").click()
    expect(form.get_by_role("alert")).to_be_visible()
    form.locator(".confirm a").click()
    expect(page.locator("tr.editing")).to_have_count(0)
    expect(page.locator("tbody tr").first).to_contain_text("bulletin@most.example")
    page.context.close()


@pytest.mark.parametrize("script", [True, False])
def test_a_table_is_imported_in_steps(browser: Browser, desk: str, script: bool) -> None:
    page = log_in(browser, desk, "root", script=script)
    page.goto(f"{desk}/desk/import")
    page.set_input_files("[name=file]", {"name": "表.csv", "mimeType": "text/csv", "buffer": csv_bytes(TABLE)})
    page.select_option("[name=group]", "pilot-alliances")
    page.click("main form button.primary")
    expect(page.locator(".numbers .is-sent strong")).to_have_text("2")
    if script:
        assert grave(page) == []
    page.click("main form button.primary")
    expect(page.locator(".note.done")).to_be_visible()
    page.goto(f"{desk}/desk/organizations?word=木竹研究会")
    expect(page.locator("#found tbody tr")).to_have_count(1)
    page.context.close()


@pytest.mark.parametrize("script", [True, False])
def test_many_are_changed_at_once_and_taken_back(browser: Browser, desk: str, script: bool) -> None:
    page = log_in(browser, desk, "root", script=script)
    page.goto(f"{desk}/desk/contacts?word=科技部")
    for box in page.locator("td.pick input").all():
        box.check()
    page.locator(".bulk-box summary").click()
    page.select_option("[name=do]", "format")
    page.select_option("#f-bulk-format", "text")
    page.click("#bulk button")
    expect(page.locator(".note.done")).to_be_visible()
    page.click(".note.done button")
    expect(page.locator(".note.done")).to_be_visible()
    page.context.close()


def test_the_plan_accepts_a_suggestion_at_a_click(browser: Browser, desk: str) -> None:
    page = log_in(browser, desk, "root")
    page.goto(f"{desk}/desk/bulletins/b002/plan")
    page.locator(".suggestions button").first.click()
    expect(page.locator(".note.done")).to_be_visible()
    expect(page.locator(".suggestions")).to_have_count(0)
    page.context.close()
