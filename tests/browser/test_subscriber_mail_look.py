"""Digests and letters to subscribers in a real browser: wide and narrow, light and dark, with styles stripped."""

import pytest
from playwright.sync_api import Browser, ViewportSize

from distributor.compose import as_shown
from distributor.compose.letters import render_letter
from distributor.compose.subscriptions import render_subscription
from distributor.model.theme import Theme
from tests.support.browsing import grave
from tests.support.messages import seed_record
from tests.support.subscriber_mails import as_received, make_digest, make_letters

pytestmark = pytest.mark.browser

BLUE = Theme("#0050b3", "#8ab4f8", "协发网", "内部资料　注意保存")
DOCUMENTS = {
    "digest": as_received(render_subscription(make_digest(seed_record(), first=True)).html or ""),
    "english": as_received(render_subscription(make_digest(seed_record()), "en").html or ""),
    "blue": as_received(render_subscription(make_digest(seed_record(), theme=BLUE)).html or ""),
    **{words.kind: render_letter(words).html or "" for words in make_letters()},
    "blue letter": render_letter(make_letters(BLUE)[0]).html or "",
}


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize(("width", "scheme"), [(800, "light"), (360, "dark"), (360, "stripped")])
def test_every_mail_fits_its_window_and_axe_finds_nothing_serious(
    browser: Browser, name: str, width: int, scheme: str
) -> None:
    page = browser.new_page(
        viewport=ViewportSize(width=width, height=900), color_scheme="dark" if scheme == "dark" else "light"
    )
    page.set_content(as_shown(DOCUMENTS[name], dark=scheme == "dark", styles=scheme != "stripped"))
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert grave(page) == []
    page.close()
