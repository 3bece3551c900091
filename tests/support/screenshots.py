"""Write the pictures of the README: `screenshots.py [ADDRESS]` of a running site, or of a demo started for it.

They show a bulletin on a desktop, an item on a phone at night, and the digest as a mail program shows it.
"""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

IMAGES = Path(__file__).parents[2] / "docs" / "images"
_STARTING_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its name, the window, and the theme."""

    name: str
    width: int
    height: int
    scheme: Literal["light", "dark"] = "light"
    scale: float = 1


DESKTOP = Shot("site-desktop", 1280, 960)
PHONE = Shot("site-phone", 390, 780, "dark", 2)
DIGEST = Shot("digest", 760, 1000)


def main() -> int:
    """Take the pictures; without a browser it says so and changes nothing."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("no chromium on this machine, the pictures stay as they are")
        return 0
    IMAGES.mkdir(parents=True, exist_ok=True)
    with _site(sys.argv[1:]) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        _take(browser, address)
        browser.close()
    return 0


def _take(browser: Browser, address: str) -> None:
    with _window(browser, DESKTOP) as page:
        page.goto(address)
        bulletin = _link(page, "/bulletins/")
        item = _link(page, "/items/", 3)
        page.goto(address + bulletin)
        _save(page, DESKTOP)
    with _window(browser, PHONE) as page:
        page.goto(address + item)
        _save(page, PHONE)
    with _window(browser, DIGEST) as page:
        page.goto(f"{address}/captured")
        page.goto(f"{address}{_link(page, '/captured/')}/html")
        _save(page, DIGEST)


def _link(page: Page, beginning: str, place: int = 0) -> str:
    return str(page.locator(f"main a[href^='{beginning}']").nth(place).get_attribute("href"))


def _save(page: Page, shot: Shot) -> None:
    file = IMAGES / f"{shot.name}.png"
    page.screenshot(path=file)
    print(f"{file.relative_to(IMAGES.parents[1])}: {file.stat().st_size // 1024} KB")


@contextmanager
def _window(browser: Browser, shot: Shot) -> Iterator[Page]:
    context = browser.new_context(
        color_scheme=shot.scheme,
        device_scale_factor=shot.scale,
        locale="zh-CN",
        viewport=ViewportSize(width=shot.width, height=shot.height),
    )
    yield context.new_page()
    context.close()


@contextmanager
def _site(arguments: list[str]) -> Iterator[str]:
    if arguments:
        yield arguments[0].rstrip("/")
        return
    port = _free_port()
    program = str(Path(sys.executable).with_name("distributor"))
    with tempfile.TemporaryDirectory() as folder:
        demo = subprocess.Popen([program, "demo", "--port", str(port), "--folder", f"{folder}/demo"])
        try:
            yield _once_ready(f"http://127.0.0.1:{port}", demo)
        finally:
            demo.terminate()
            demo.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _once_ready(address: str, demo: "subprocess.Popen[bytes]") -> str:
    deadline = time.monotonic() + _STARTING_SECONDS
    while time.monotonic() < deadline and demo.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/healthz"):  # noqa: S310  our own address
                return address
        except urllib.error.URLError:
            time.sleep(0.2)
    raise TimeoutError("the demo did not start")


if __name__ == "__main__":
    sys.exit(main())
