"""The life of an issue in a browser: brought in, edited, signed, published, corrected, withdrawn, brought back."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from distributor.access import AccessRole, Actor
from distributor.clock import SystemClock
from distributor.settings import asset_folder
from distributor.usecases.apply_configuration import apply_configuration
from distributor.usecases.context import Context
from tests.support.browsing import beside, grave, log_in
from tests.support.desks import PASSWORD, add_account
from tests.support.servers import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEED = (Path(__file__).parents[2] / "seeds" / "000_04bd7fccb17faafb.txt").read_bytes()
WIDTHS = (1280, 390)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[str]:
    async def fill(context: Context) -> None:
        await apply_configuration(replace(context, config=asset_folder("config")), Actor("root"))
        for name, role in (("li", AccessRole.EDITOR), ("wang", AccessRole.APPROVER)):
            await add_account(context, name, role)

    with serving(tmp_path, clock=SystemClock()) as url:
        beside(tmp_path, fill)
        yield url


class Watched:
    """A page that complains about nothing: no violation of the policy, nothing grave for those who cannot see."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.said: list[str] = []
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "410" not in message.text:
            self.said.append(message.text)

    def check(self) -> None:
        """Look at the page as it stands, wide and narrow, by day and night."""
        for width in WIDTHS:
            for scheme in SCHEMES:
                # without motion, so that no colour is caught on its way from day to night
                self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                self.page.set_viewport_size({"width": width, "height": 900})
                assert grave(self.page) == [], (self.page.url, width, scheme)
                wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert wide <= 0, (self.page.url, width)
        self.page.set_viewport_size({"width": 1280, "height": 900})
        assert self.said == []

    def confirm(self) -> None:
        """Press the button of a page that asks."""
        self.page.locator("main form .confirm button").click()
        self.page.wait_for_load_state()


def test_an_issue_lives_its_whole_life_at_the_desk(browser: Browser, desk: str, tmp_path: Path) -> None:
    file, corrected = tmp_path / "简报.txt", tmp_path / "更正.txt"
    file.write_bytes(SEED)
    corrected.write_bytes(SEED.replace("央行、科技部等四部门".encode(), "人民银行、科技部等四部门".encode()))
    editor = Watched(log_in(browser, desk, "li"))
    editor.page.goto(f"{desk}/desk/upload")
    editor.page.set_input_files("[name=file]", file)
    editor.page.click("main form[data-upload] button")
    expect(editor.page.locator("article.item")).to_have_count(31)
    path = editor.page.url
    _edit(editor, path)
    approver = Watched(log_in(browser, desk, "wang"))
    _sign_and_publish(approver, path)
    _correct(editor, path, corrected)
    _sign_and_publish(approver, path)
    _withdraw(approver, path)


def _edit(editor: Watched, path: str) -> None:
    page = editor.page
    page.goto(f"{path}/edit")
    editor.check()
    page.fill("[name=issue]", "第12期")
    page.fill("[name=date]", "2023-12-05")
    editor.confirm()
    expect(page.locator("h1")).to_contain_text("第12期")
    expect(page.locator("#findings")).not_to_contain_text("没有找到期号")
    page.locator("article.item .edit a").nth(1).click()
    editor.check()
    page.fill("[name=attribution]", "（联盟协发网秘书处供稿）")
    page.locator("[name=visibility]").nth(1).check()
    editor.confirm()
    expect(page.locator("article.item").nth(1)).to_contain_text("（联盟协发网秘书处供稿）")
    editor.check()


def _sign_and_publish(approver: Watched, path: str) -> None:
    for step in ("sign-off", "publish"):
        approver.page.goto(path)
        approver.page.locator(f"a.primary[href$='/{step}']").click()
        approver.check()
        approver.confirm()
        expect(approver.page.locator(".note.done")).to_be_visible()


def _correct(editor: Watched, path: str, file: Path) -> None:
    page = editor.page
    page.goto(f"{path}/changes")
    editor.check()
    page.set_input_files("[name=file]", file)
    page.fill("[name=note]", "更正一处单位名称")
    page.click("main form[data-upload] button")
    expect(page.locator(".differences ins").first).to_have_text("人民银")
    editor.check()


def _withdraw(approver: Watched, path: str) -> None:
    page = approver.page
    page.goto(f"{path}/changes")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.locator("a[href$='/withdraw']").click()
    approver.check()
    page.fill("[name=reason]", "内容有误")
    approver.confirm()
    expect(page.locator(".note.done")).to_contain_text("已撤回")
    approver.check()
    # the way back stands beside what was done
    page.locator(".note.done button").click()
    expect(page.locator(".note.done")).to_contain_text("已恢复")


def test_a_token_is_made_and_shown_once(browser: Browser, desk: str) -> None:
    editor = Watched(log_in(browser, desk, "li"))
    page = editor.page
    page.goto(f"{desk}/desk/account/tokens/new")
    editor.check()
    # by the keyboard alone
    page.focus("[name=name]")
    page.keyboard.type("资料室同步")
    page.locator("[name=password]").focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".secret code")).to_contain_text("distributor_")
    editor.check()
    page.goto(f"{desk}/api/v1/")
    editor.check()
    page.goto(f"{desk}/desk/account")
    editor.check()
