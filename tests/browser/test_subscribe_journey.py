"""A reader in a real browser: subscribe, confirm, change, leave; and what axe says about it."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from distributor.i18n import translate
from distributor.model.message import Variant
from distributor.model.recipient import AddressBook, RecipientList, Role
from distributor.model.subscriber import Frequency, MembershipState, Subscription
from distributor.store.engine import Database
from distributor.usecases.context import Context
from tests.support.browsing import grave
from tests.support.records import seedlike_record
from tests.support.servers import serving
from tests.support.sites import make_parts
from tests.support.subscribing import READER, letters_to, subscription_of, token_in

pytestmark = pytest.mark.browser

PUBLIC = RecipientList("public", "公众订阅", (), Role.SUBSCRIBER, must_receive=False)
T = TypeVar("T")


class Mailbox:
    """What the reader would find in their mailbox, and what the house keeps about them."""

    def __init__(self, folder: Path, elsewhere: Path) -> None:
        # the builder of parts puts a new database where it is told to; the address says which one is read
        self._url = f"sqlite+aiosqlite:///{folder / 'distributor.sqlite3'}"
        self._elsewhere = elsewhere

    def newest(self, kind: str) -> Variant:
        letters = self._ask(lambda context: letters_to(context, READER))
        return next(words for sort, words in reversed(letters) if sort == kind)

    def subscription(self) -> Subscription:
        return self._ask(subscription_of)

    def _ask(self, question: Any) -> Any:  # noqa: ANN401  a question has the answer it has
        async def ask() -> Any:  # noqa: ANN401  as above
            context: Context = replace(make_parts(self._elsewhere, self._url).context, database=Database(self._url))
            try:
                return await question(context)
            finally:
                await context.database.dispose()

        # a thread without a loop, because the browser's driver keeps one running in this thread
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(_run, ask()).result()


def _run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def is_refusal(message: str) -> bool:
    """Whether a message of the console says that the policy refused something."""
    return "Content Security Policy" in message


def check(page: Page) -> None:
    """Nothing serious, nothing that must be scrolled sideways."""
    assert grave(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def press(page: Page, what: Locator) -> None:
    """Click and wait for the next page: asked too early, it would be styled by the first of its sheets alone."""
    with page.expect_navigation(wait_until="load"):
        what.click()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_reader_subscribes_confirms_changes_and_leaves(
    browser: Browser,
    tmp_path: Path,
    width: int,
    scheme: Any,  # noqa: ANN401  a literal of the driver
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "else").mkdir()
    with serving(tmp_path / "site", [seedlike_record()], AddressBook(lists=(PUBLIC,))) as url:
        mailbox = Mailbox(tmp_path / "site", tmp_path / "else")
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, locale="zh-CN", java_script_enabled=True
        )
        page = context.new_page()
        refused: list[str] = []
        # pictures in Pico's own sheet are refused and not missed; the forms draw their own marks
        page.on("console", lambda message: refused.append(message.text) if is_refusal(message.text) else None)
        page.goto(url)
        press(page, page.get_by_role("link", name=translate("web.subscribe.call")))
        check(page)
        page.get_by_label(translate("web.subscribe.address"), exact=True).fill(READER)
        page.get_by_label(translate("web.subscribe.frequency")).select_option("weekly")
        press(page, page.get_by_role("button", name=translate("web.subscribe.submit"), exact=True))
        expect(page.get_by_role("heading", level=1)).to_have_text(translate("web.subscribe.sent-title"))
        check(page)
        confirm = token_in(mailbox.newest("confirm-subscription").text, "subscribe/confirm")
        page.goto(f"{url}/subscribe/confirm/{confirm}")
        check(page)
        assert mailbox.subscription().lists(MembershipState.ACTIVE) == ()
        press(page, page.get_by_role("button"))
        expect(page.get_by_role("heading", level=1)).to_have_text(translate("web.subscribe.done-title"))
        press(page, page.get_by_role("link", name=translate("mail.subscription.preferences")))
        check(page)
        page.get_by_label(translate("web.subscribe.frequency-monthly")).check()
        page.get_by_label(translate("web.subscribe.words")).fill("存储；芯片")
        press(page, page.get_by_role("button", name=translate("web.subscribe.save")))
        expect(page.get_by_role("status")).to_have_text(translate("web.subscribe.saved"))
        wanted = mailbox.subscription().subscriber.preferences
        assert (wanted.frequency, wanted.interests.words) == (Frequency.MONTHLY, ("存储", "芯片"))
        press(
            page, page.get_by_role("button", name=translate("mail.subscription.leave-list", "zh_CN", list="公众订阅"))
        )
        expect(page.get_by_role("status")).to_have_text(translate("web.subscribe.left"))
        assert mailbox.subscription().lists(MembershipState.LEFT) == ("public",)
        check(page)
        assert refused == []
        context.close()
