"""The digest of the reference bulletin in a real browser: wide and narrow, light and dark, with styles stripped."""

import html
import re

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from distributor.compose import Fullness
from distributor.model.message import Slot, marker
from distributor.model.recipient import RecipientList
from tests.support.browsing import grave
from tests.support.messages import REPORT, SUBSCRIBERS, make_personal, make_variant, seed_record

pytestmark = pytest.mark.browser

WIDTHS = (800, 360)
SCHEMES = ("light", "dark")


def page_for(browser: Browser, document: str, *, width: int = 800, scheme: str = "light") -> Page:
    page = browser.new_page(
        viewport=ViewportSize(width=width, height=900), color_scheme="dark" if scheme == "dark" else "light"
    )
    page.set_content(document)
    return page


def digest(
    recipient_list: RecipientList = REPORT, fullness: Fullness = Fullness.FULL, *, language: str = "zh_CN"
) -> str:
    document = make_variant(seed_record(), recipient_list, fullness=fullness, language=language).html or ""
    for slot in Slot:
        document = document.replace(marker(slot), html.escape(make_personal().value(slot)))
    return document


def stripped(document: str) -> str:
    return re.sub(r"<style.*?</style>", "", document, flags=re.DOTALL)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_digest_fits_its_window_and_axe_finds_nothing_serious(browser: Browser, width: int, scheme: str) -> None:
    page = page_for(browser, digest(), width=width, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert grave(page) == []
    page.close()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_summaries_titles_and_english_are_as_accessible(browser: Browser, scheme: str) -> None:
    for document in (
        digest(SUBSCRIBERS, Fullness.SUMMARIES),
        digest(SUBSCRIBERS, Fullness.TITLES),
        digest(language="en"),
    ):
        page = page_for(browser, document, scheme=scheme)
        assert grave(page) == []
        page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_without_style_sheets_it_is_as_readable(browser: Browser, width: int) -> None:
    page = page_for(browser, stripped(digest()), width=width, scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert grave(page) == []
    assert page.locator("h3").count() == 31
    assert page.evaluate("getComputedStyle(document.querySelector('h3')).fontSize") == "18px"
    page.close()


def test_dark_mode_turns_the_paper_dark(browser: Browser) -> None:
    paper = "getComputedStyle(document.querySelector('td.paper')).backgroundColor"
    colours = [page_for(browser, digest(), scheme=scheme).evaluate(paper) for scheme in SCHEMES]
    assert colours == ["rgb(255, 255, 255)", "rgb(29, 30, 33)"]


def test_the_body_is_set_in_16_on_28_pixels_with_an_indent_of_two_characters(browser: Browser) -> None:
    page = page_for(browser, digest())
    style = page.evaluate(
        "(() => { const s = getComputedStyle(document.querySelector('p.p'));"
        " return [s.fontSize, s.lineHeight, s.textIndent] })()"
    )
    assert style == ["16px", "28px", "32px"]
    page.close()


def test_the_name_stands_on_one_line_and_the_number_line_stacks_on_a_phone(browser: Browser) -> None:
    lines = {}
    for width in WIDTHS:
        page = page_for(browser, digest(), width=width)
        name = page.locator("h1").bounding_box()
        left, right = (page.locator("td.stack").nth(index).bounding_box() for index in (0, 1))
        lines[width] = (name["height"], right["y"] - left["y"])
        page.close()
    assert lines[800][0] == 56
    assert lines[360][0] == 44
    assert lines[800][1] == 0
    assert lines[360][1] > 20


def test_the_preheader_is_hidden_and_the_mail_asks_for_nothing_from_the_network(browser: Browser) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(digest())
    assert not page.locator(".preheader").is_visible()
    assert asked == []
    page.close()
