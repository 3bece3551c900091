"""Pages of runs in a real browser: wide and narrow, light and dark, renewed by themselves, on paper."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from distributor.access import AccessRole, Actor
from distributor.model.run import Delivery, DeliveryState, PauseReason, RefusalClass, Run
from distributor.store import letters, runs, sessions
from distributor.store.engine import Database
from distributor.store.letters import Letter, LetterState
from distributor.usecases.cancel_run import cancel_run
from distributor.usecases.follow_up_failures import follow_up_failures
from distributor.usecases.log_in import Client, new_session
from distributor.usecases.take_bounce import take_bounce
from tests.support.browsing import grave
from tests.support.desks import add_account
from tests.support.returning import FIRST, make_sent_run, report_about, set_state
from tests.support.servers import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Served(NamedTuple):
    """A desk with three runs: one on its way, one that came to its end, one that was cancelled."""

    url: str
    folder: Path
    token: str
    going: Run
    waiting: Delivery
    ended: Run
    cancelled: Run

    @property
    def pages(self) -> tuple[str, ...]:
        """Every page about the runs."""
        here, delivery = f"runs/{self.going.id}", f"runs/{self.going.id}/deliveries/{self.waiting.id}"
        return (
            *(here, f"runs/{self.ended.id}", f"{here}/ledger", f"{here}/ledger?state=failed", delivery),
            *(f"{here}/certificate", f"{here}/do/cancel", f"{here}/do/resolve", f"{delivery}/again"),
            *(f"sent?address={FIRST.address}", "sent", f"{here}?lang=en", "./", "./?lang=en"),
            *(f"{here}/do/retry", f"runs/{self.cancelled.id}", f"runs/{self.cancelled.id}/do/reopen"),
            *(f"bulletins/{self.going.bulletin_id}/{page}" for page in ("withdraw", "changes", "edit")),
        )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("runs")
    with serving(folder) as url, ThreadPoolExecutor(1) as pool:
        yield Served(url, folder, *pool.submit(asyncio.run, _fill(folder)).result())


async def _fill(folder: Path) -> tuple[str, Run, Delivery, Run, Run]:
    database = Database(f"sqlite+aiosqlite:///{folder / 'distributor.sqlite3'}")
    context, ended, _ = await make_sent_run(database, folder)
    context, going, (first, second) = await make_sent_run(database, folder)
    await take_bounce(context, report_about(first))
    await follow_up_failures(context, patience=timedelta(0))
    await set_state(database, [second], DeliveryState.PENDING, finished=None)
    _, cancelled, (_, left) = await make_sent_run(database, folder)
    await set_state(database, [left], DeliveryState.PENDING, finished=None)
    await cancel_run(context, Actor("王处"), cancelled.id)
    await _alarm(database, folder)
    user = await add_account(context, "wang", AccessRole.APPROVER)
    opened = new_session(user, Client("127.0.0.1", "test"), context.now())
    async with database.write() as connection:
        await sessions.add(connection, opened.session, opened.token)
    await database.dispose()
    return opened.token, going, second, ended, cancelled


async def _alarm(database: Database, folder: Path) -> None:
    """Runs that wait for a person, for every reason that guards have, and letters."""
    for reason in (PauseReason.MASS_FAILURE, PauseReason.RELAY, PauseReason.PAST_DUE, PauseReason.RESTORED, None):
        context, run, made = await make_sent_run(database, folder)
        await set_state(database, made, DeliveryState.DEFERRED, refusal=RefusalClass.POLICY, finished=None)
        async with database.write() as connection:
            if reason is not None:
                await runs.pause(connection, run.id, "guard", reason, context.now())
    async with database.write() as connection:
        letter = Letter("l1", "confirm-subscription", FIRST.address, "{}", "<l1@xiefa.example>", context.now())
        await letters.add(connection, letter)
        now = context.now()
        until = now + timedelta(minutes=1)
        assert await letters.claim(connection, now, until, 1)
        await letters.settle(connection, "l1", until, (LetterState.SENT, "250 2.0.0 queued as 4BxYz"), now)


def open_page(browser: Browser, desk: Served, width: int = 1280, scheme: str = "light", *, script: bool = True) -> Page:
    context = browser.new_context(
        base_url=f"{desk.url}/desk/",
        viewport=ViewportSize(width=width, height=900),
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=script,
        locale="zh-CN",
    )
    context.add_cookies([{"name": "desk", "value": desk.token, "url": desk.url}])
    return context.new_page()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_every_page_of_a_run_is_legible_and_fits(browser: Browser, desk: Served, width: int, scheme: str) -> None:
    page = open_page(browser, desk, width, scheme)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    for path in desk.pages:
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
        assert grave(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert said == []
    page.context.close()


def test_the_page_renews_itself_and_ends_when_the_run_does(browser: Browser, desk: Served) -> None:
    page = open_page(browser, desk)
    page.goto(f"runs/{desk.going.id}")
    figure = page.locator(".progress-box .figure")
    expect(figure).to_have_text("0 / 3")
    database = f"sqlite+aiosqlite:///{desk.folder / 'distributor.sqlite3'}"

    async def arrive() -> None:
        opened = Database(database)
        await set_state(opened, [desk.waiting], DeliveryState.SENT)
        await opened.dispose()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, arrive()).result()
    expect(figure).to_have_text("1 / 3", timeout=15_000)
    page.context.close()


def test_without_script_a_link_renews_the_page(browser: Browser, desk: Served) -> None:
    page = open_page(browser, desk, script=False)
    page.goto(f"runs/{desk.going.id}")
    page.locator(".progress-box .hint a").click()
    assert page.url.endswith(f"/runs/{desk.going.id}")
    page.context.close()


def test_a_certificate_prints_as_one_document_on_a4(browser: Browser, desk: Served) -> None:
    page = open_page(browser, desk)
    page.goto(f"runs/{desk.ended.id}/certificate")
    expect(page.locator("[data-print]")).to_be_visible()
    printed = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True, print_background=True))
    width, height = printed[0].get_size()
    assert (round(width), round(height)) == (595, 842)
    words = printed[0].get_textpage().get_text_range()
    assert FIRST.address in words.replace("\r\n", "")
    assert "wang" not in words
    page.context.close()
