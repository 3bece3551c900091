"""A desk that is served on loopback, and a real browser to work at it."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from distributor.store.engine import Database
from distributor.usecases.context import Context
from tests.support.desks import PASSWORD
from tests.support.sites import make_parts

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; a test is skipped by name where the machine has none."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


def beside(folder: Path, work: Callable[[Context], Awaitable[None]]) -> None:
    """Do something with the database of the site that is served, in a loop of its own."""

    async def run() -> None:
        database = Database(f"sqlite+aiosqlite:///{folder / 'distributor.sqlite3'}")
        await work(replace(make_parts(folder, database.url).context, database=database))
        await database.dispose()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, run()).result()


def log_in(
    browser: Browser, url: str, name: str, *, width: int = 1280, scheme: str = "light", script: bool = True
) -> Page:
    """A page of the desk for somebody who has logged in."""
    context = browser.new_context(
        viewport=ViewportSize(width=width, height=900),
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=script,
        locale="zh-CN",
    )
    page = context.new_page()
    page.goto(f"{url}/desk/")
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page).to_have_url(f"{url}/desk/")
    return page


def grave(page: Page) -> list[str]:
    """What axe finds serious or critical."""
    violations = Axe().run(page).response["violations"]
    return [
        f"{found['id']}: {found['nodes'][0]['html'][:120]}"
        for found in violations
        if found["impact"] in {"serious", "critical"}
    ]
