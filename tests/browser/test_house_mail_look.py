"""The mails to the secretariat in a real browser: wide and narrow, light and dark, with styles stripped."""

import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import pytest
from playwright.sync_api import Browser, ViewportSize

from distributor.compose import MESSAGES, as_shown, checked_theme, render_digest, render_notice
from distributor.compose.contexts import DigestContext
from distributor.model.theme import Theme
from distributor.store.engine import Database
from distributor.usecases.sample_mail import as_read, sample_context
from tests.support.browsing import grave
from tests.support.databases import sqlite_url
from tests.support.sites import make_parts

pytestmark = pytest.mark.browser

THEMES = {"usual": Theme(), "blue": checked_theme("#0050b3", logo="协发网", note="内部资料　注意保存")}


def page_of(message: str, theme: Theme) -> str:
    """A sample of a message with a reader's values in it."""
    with tempfile.TemporaryDirectory() as folder:
        context = make_parts(Path(folder), sqlite_url(Path(folder))).context

        async def values() -> object:
            made = await sample_context(context, message, theme)
            database: Database = context.database
            await database.dispose()
            return made

        # the browser's own loop runs in this thread
        with ThreadPoolExecutor(1) as pool:
            made = pool.submit(anyio.run, values).result()
    variant = render_digest(made) if isinstance(made, DigestContext) else render_notice(message, made)  # type: ignore[arg-type]
    return as_read(variant, "https://bulletin.xiefa.example/").html or ""


def grave_at(browser: Browser, document: str, width: int) -> list[str]:
    page = browser.new_page(viewport=ViewportSize(width=width, height=900))
    page.set_content(document)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    found = grave(page)
    page.close()
    return found


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("message", MESSAGES)
def test_every_mail_fits_its_window_and_axe_finds_nothing_serious(browser: Browser, message: str, theme: Theme) -> None:
    document = page_of(message, theme)
    for width in (800, 360):
        for shown in (as_shown(document), as_shown(document, dark=True), as_shown(document, styles=False)):
            assert grave_at(browser, shown, width) == []


def test_what_is_shown_by_night_is_what_a_reader_sees_by_night(browser: Browser) -> None:
    document = page_of("run-report", Theme())
    paper = "getComputedStyle(document.querySelector('td.paper')).backgroundColor"
    page = browser.new_page(color_scheme="dark")
    page.set_content(document)
    by_night = page.evaluate(paper)
    page.set_content(as_shown(document))
    by_day = page.evaluate(paper)
    page.emulate_media(color_scheme="light")
    page.set_content(as_shown(document, dark=True))
    assert (page.evaluate(paper), by_day) == (by_night, "rgb(255, 255, 255)")
    page.close()


def test_without_style_sheets_nothing_of_them_is_left() -> None:
    assert re.search("<style|@media", as_shown(page_of("test", Theme()), styles=False)) is None
