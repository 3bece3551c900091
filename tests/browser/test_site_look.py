"""The site in a real browser: wide and narrow, light and dark, by hand and by keyboard, without script, on paper."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from distributor.compose import prepare
from distributor.model.bulletin import Masthead
from distributor.model.recipient import AddressBook
from tests.support.browsing import grave
from tests.support.messages import SUBSCRIBERS, make_frame, make_personal, make_variant, seed_record
from tests.support.records import seedlike_record
from tests.support.servers import serving
from tests.support.sites import unsubscribe_path

pytestmark = pytest.mark.browser

WIDTHS = (1280, 390, 320)
SCHEMES = ("light", "dark")
SEED = replace(seed_record(), masthead=Masthead("联盟协发网简报", "第12期（总第345期）", "2026-01-05"))
OLDER = replace(
    seedlike_record(id="b000", preamble=("编者按：供参阅。",)),
    masthead=Masthead("联盟协发网简报", "第11期", "2025-12-05"),
)
MAIL = "0001-office@most.example.eml"
UNSUBSCRIBE = unsubscribe_path("office@kjt-gd.example", SUBSCRIBERS.id)
BULLETIN = f"/bulletins/{SEED.id}"
PAGES = (
    *("/", "/?lang=en", BULLETIN, "/bulletins/b000", f"/items/{SEED.items[3].key}", "/feeds"),
    *("/archive", "/archive/2025", "/sections", "/sections/重要政策动态", "/contributors", "/search?q=联盟"),
    *("/contributors/存储产业技术创新战略联盟秘书处", "/search", "/search?q=没有这个词&lang=en"),
    *("/captured", f"/captured/{MAIL}", UNSUBSCRIBE, "/nothing", "/subscribe", "/subscribe?lang=en"),
    *("/feeds?lang=en", f"{BULLETIN}?lang=en", "/contributors?lang=en", "/search?q=联盟&lang=en", "/nothing?lang=en"),
    *("/search?q=联盟&year=0000", "/contributors?first=2026-02-01&last=2026-01-01", "/contributors?first=x&lang=en"),
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("site")
    mail = prepare(make_variant(SEED), make_frame()).build(make_personal())
    (folder / "mail").mkdir()
    (folder / "mail" / MAIL).write_bytes(mail)
    with serving(folder, [SEED, OLDER], AddressBook(lists=(SUBSCRIBERS,))) as url:
        yield url


def open_page(browser: Browser, address: str, *, width: int = 1280, scheme: str = "light", script: bool = True) -> Page:
    context = browser.new_context(
        base_url=address,
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=script,
        locale="zh-CN",
        viewport=ViewportSize(width=width, height=900),
    )
    return context.new_page()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_fits_its_window_and_axe_finds_nothing_serious(
    browser: Browser, address: str, width: int, scheme: str
) -> None:
    page = open_page(browser, address, width=width, scheme=scheme)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for path in PAGES:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
        assert grave(page) == [], path
    # a browser reports what the content security policy stops; the pages that are refused are meant
    assert [text for text in said if "status of 4" not in text] == []
    page.context.close()


def test_a_reader_goes_from_the_home_page_through_the_bulletin(browser: Browser, address: str) -> None:
    page = open_page(browser, address, width=390)
    page.goto("/")
    page.get_by_role("link", name="阅读全文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("联盟协发网简报.*第12期"))
    page.get_by_role("navigation", name="目录").get_by_role("link", name="中法碳中和中心启动仪式在京举办").click()
    item = page.locator(f"#{SEED.items[3].key}")
    expect(item).to_be_in_viewport()
    item.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("中法碳中和中心启动仪式在京举办")
    page.get_by_role("link", name="下一条").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(SEED.items[4].content.title)
    page.get_by_role("link", name="第12期").click()
    expect(page).to_have_url(re.compile(re.escape(f"{BULLETIN}#{SEED.items[4].key}")))
    page.context.close()


def test_a_reader_searches_narrows_and_reads_without_script(browser: Browser, address: str) -> None:
    page = open_page(browser, address, width=390, script=False)
    page.goto("/")
    page.get_by_role("searchbox").fill("联盟")
    page.get_by_role("button", name="检索").click()
    found = page.locator("article mark, li mark, mark")
    expect(found.first).to_have_text("联盟")
    every = int(re.findall(r"\d+", page.get_by_text(re.compile("找到")).inner_text())[0])
    page.get_by_label("年份").select_option("2025")
    page.get_by_role("button", name="检索").click()
    narrowed = int(re.findall(r"\d+", page.get_by_text(re.compile("找到")).inner_text())[0])
    assert 0 < narrowed < every
    page.get_by_role("link", name=re.compile("联盟")).filter(has=page.locator("mark")).first.click()
    expect(page).to_have_url(re.compile("/items/b000"))
    page.context.close()


def test_the_language_stays_while_a_reader_walks(browser: Browser, address: str) -> None:
    page = open_page(browser, address)
    page.goto("/feeds")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Subscribe")
    page.get_by_role("link", name="Archive").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert page.context.cookies() == []
    page.context.close()


def test_the_first_stop_of_the_keyboard_leads_to_the_text(browser: Browser, address: str) -> None:
    page = open_page(browser, address)
    page.goto(BULLETIN)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("跳到正文")
    expect(page.locator(":focus")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.context.close()


def test_an_address_of_a_feed_is_copied_by_a_button_that_needs_script(browser: Browser, address: str) -> None:
    page = open_page(browser, address)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    page.goto("/feeds")
    page.get_by_role("button", name="复制 RSS 2.0").click()
    assert page.evaluate("navigator.clipboard.readText()") == "https://bulletin.xiefa.example/feeds/all.rss.xml"
    page.context.close()
    plain = open_page(browser, address, script=False)
    plain.goto("/feeds")
    expect(plain.get_by_role("button", name=re.compile("复制"))).to_have_count(0)
    expect(plain.get_by_label("RSS 2.0", exact=True)).to_have_value("https://bulletin.xiefa.example/feeds/all.rss.xml")
    plain.context.close()


def test_a_link_in_a_captured_mail_leads_to_this_site(browser: Browser, address: str) -> None:
    page = open_page(browser, address)
    page.goto(f"/captured/{MAIL}")
    mail = page.frame_locator("iframe")
    expect(mail.get_by_role("heading", level=1)).to_be_visible()
    mail.get_by_role("link", name=SEED.items[0].content.title).first.click()
    expect(page).to_have_url(f"{address}/items/{SEED.items[0].key}")
    page.context.close()


def test_a_reader_unsubscribes_without_script(browser: Browser, address: str) -> None:
    page = open_page(browser, address, script=False, width=390)
    page.goto(UNSUBSCRIBE)
    page.get_by_role("button", name="退订").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("已退订")
    page.context.close()


def test_paragraphs_are_set_as_in_print(browser: Browser, address: str) -> None:
    page = open_page(browser, address)
    page.goto(BULLETIN)
    set_as = page.evaluate(
        "(() => { const p = document.querySelector('.item p'), s = getComputedStyle(p), size = parseFloat(s.fontSize);"
        " return [parseFloat(s.textIndent) / size, parseFloat(s.lineHeight) / size, p.clientWidth / size]; })()"
    )
    indent, leading, measure = (round(value, 2) for value in set_as)
    assert (indent, leading) == (2, 1.9)
    assert 36 <= measure <= 40
    page.context.close()


def test_on_paper_it_is_a_bulletin_on_a4(browser: Browser, address: str) -> None:
    page = open_page(browser, address)
    page.goto(BULLETIN)
    document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    try:
        width, height = document[0].get_size()
        first, last = (document[number].get_textpage().get_text_bounded() for number in (0, len(document) - 1))
    finally:
        document.close()
    assert (round(width), round(height)) == (595, 842)
    assert "联盟协发网简报" in first
    assert not {"订阅", "试发邮件"} & set(first.split())
    assert "报：" in last
    assert "送：" in last
    page.context.close()
