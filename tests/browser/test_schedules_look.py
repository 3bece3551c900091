"""Schedules and subscribers in a real browser: fit, axe, a schedule made by keyboard, a month on a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from distributor.access import AccessRole
from distributor.usecases.change_schedule import read_schedule, save_schedule
from distributor.usecases.context import Context
from tests.support.address_books import CLERK
from tests.support.books import shipped_book
from tests.support.browsing import beside, grave, log_in
from tests.support.desks import add_account
from tests.support.servers import serving
from tests.support.subscribing import READER, join

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = (
    *("schedules", "schedules/month?month=2026-10", "schedules/month?month=2026-03&lang=en", "schedules/new"),
    *(
        "schedules/public-weekly",
        "schedules/calendar",
        "subscribers",
        "subscribers?words=nobody",
        "subscribers?lang=en",
    ),
)
WEEKLY = {
    "id": "public-weekly",
    "list": "public",
    "trigger": "每周五 16:00",
    "frequency": "weekly",
    "working_day": "next",
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[str]:
    with serving(tmp_path, book=shipped_book()) as url:
        beside(tmp_path, fill)
        yield url


async def fill(context: Context) -> None:
    await add_account(context, "root", AccessRole.ADMINISTRATOR)
    await save_schedule(context, CLERK, read_schedule({"id": "bao-now", "list": "bao", "trigger": "发布后立即"}))
    await save_schedule(context, CLERK, read_schedule(WEEKLY))
    await join(context, READER)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_fits_its_window_and_axe_finds_nothing_serious(
    browser: Browser, desk: str, width: int, scheme: str
) -> None:
    page = log_in(browser, desk, "root", width=width, scheme=scheme)
    for path in PAGES:
        page.goto(f"{desk}/desk/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
        assert grave(page) == [], path
    page.context.close()


def type_into(page: Page, label: str, text: str) -> None:
    page.get_by_label(label, exact=True).focus()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def test_a_schedule_is_written_previewed_and_saved_by_keyboard(browser: Browser, desk: str) -> None:
    page = log_in(browser, desk, "root")
    page.goto(f"{desk}/desk/schedules/new")
    type_into(page, "名称", "song-monthly")
    type_into(page, "时间", "每月99日 10:00")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("每月99日 10:00")
    type_into(page, "时间", "每月最后一个工作日 09:00")
    # Enter presses the first button: the preview, which saves nothing
    page.keyboard.press("Enter")
    expect(page.locator("section[aria-labelledby=coming] tbody tr")).to_have_count(12)
    page.get_by_role("button", name="保存").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{desk}/desk/schedules/song-monthly")
    expect(page.get_by_role("status")).to_be_visible()
    page.context.close()


def test_on_a_phone_a_month_is_the_list_of_days_that_say_something(browser: Browser, desk: str) -> None:
    page = log_in(browser, desk, "root", width=390)
    page.goto(f"{desk}/desk/schedules/month?month=2026-10")
    shown = [text.split()[0] for text in page.locator("td:visible").all_inner_texts()]
    # the holiday, then the Fridays; the first of them moved behind the holiday
    assert shown == [*map(str, range(1, 8)), "8", "9", "16", "23", "30"]
    first = page.locator("td:visible", has_text="国庆节顺延至")
    expect(first).to_contain_text("公众订阅（每周汇总）")
    page.context.close()
