"""A reader looks around: years, sections, contributors, what each supplied."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import etree

from distributor.model.bulletin import Masthead
from distributor.model.record import BulletinRecord
from distributor.usecases.list_archive import PAGE
from tests.support.pages import look_at
from tests.support.records import SECTIONS, attributed_to, make_item, record_of, seedlike_record
from tests.support.sites import site

pytestmark = pytest.mark.anyio

OLD = replace(seedlike_record(id="b000"), masthead=Masthead("联盟协发网简报", "第9期", "2023-09-05"))
NEW = seedlike_record()
BODY = "存储产业技术创新战略联盟秘书处"


def many(number: int) -> BulletinRecord:
    items = [make_item(f"消息之{at}", attribution=attributed_to("甲联盟")) for at in range(number)]
    return record_of(*items, id="b777", masthead=Masthead("简报", "第7期", "2022-07-05"))


async def test_every_year_has_a_page_of_its_bulletins(tmp_path: Path) -> None:
    async with site(tmp_path, OLD, NEW) as it:
        newest = look_at((await it.page("/archive")).text)
        older = look_at((await it.page("/archive/2023")).text)
        none = await it.page("/archive/1999")
        nonsense = await it.page("/archive/last")
    assert newest.texts("//nav[@class='years']//a") == ["2026", "2023"]
    assert newest.values("//section[@class='year']//ol//a/@href") == ["/bulletins/b001"]
    assert older.values("//section[@class='year']//ol//a/@href") == ["/bulletins/b000"]
    assert older.values("//link[@rel='canonical']/@href") == ["https://bulletin.xiefa.example/archive/2023"]
    assert (none.status_code, nonsense.status_code) == (404, 404)


async def test_the_home_page_leads_everywhere(tmp_path: Path) -> None:
    async with site(tmp_path, OLD, NEW) as it:
        home = look_at((await it.page("/")).text)
        statuses = {address: (await it.page(address)).status_code for address in home.own_links}
    assert {"/archive", "/sections", "/contributors", "/search", "/feeds"} <= home.own_links
    assert set(statuses.values()) == {200}
    data = json.loads(home.texts("//script[@type='application/ld+json']")[0])
    assert data["@type"] == "WebSite"
    assert data["potentialAction"]["target"]["urlTemplate"] == "https://bulletin.xiefa.example/search?q={query}"


async def test_a_section_shows_its_items_by_bulletin(tmp_path: Path) -> None:
    async with site(tmp_path, OLD, NEW) as it:
        overview = look_at((await it.page("/sections")).text)
        section = look_at((await it.page(f"/sections/{SECTIONS[0]}")).text)
        unknown = await it.page("/sections/没有这个栏目")
    assert sorted(map(unquote, overview.values("//main//li/a/@href"))) == sorted(
        f"/sections/{name}" for name in SECTIONS
    )
    assert section.texts("//h1") == [SECTIONS[0]]
    assert section.values("//section/h2/a/@href") == ["/bulletins/b001", "/bulletins/b000"]
    titles = [item.content.title for item in NEW.items if item.section == SECTIONS[0]]
    assert section.texts("//section[1]//li/a") == titles
    feeds = [unquote(address) for address in section.values("//head/link[@rel='alternate']/@href")]
    assert feeds[0] == f"/feeds/sections/{SECTIONS[0]}.rss.xml"
    assert unknown.status_code == 404


async def test_long_lists_have_pages(tmp_path: Path) -> None:
    async with site(tmp_path, many(PAGE + 3)) as it:
        first = look_at((await it.page("/contributors/甲联盟")).text)
        second = look_at((await it.page("/contributors/甲联盟/2")).text)
        beyond = await it.page("/contributors/甲联盟/3")
        never = await it.page("/contributors/甲联盟/0")
    assert len(first.values("//section//li/a/@href")) == PAGE
    assert list(map(unquote, first.values("//a[@rel='next']/@href"))) == ["/contributors/甲联盟/2"]
    assert len(second.values("//section//li/a/@href")) == 3
    assert list(map(unquote, second.values("//a[@rel='prev']/@href"))) == ["/contributors/甲联盟"]
    assert (beyond.status_code, never.status_code) == (404, 404)


async def test_a_contributor_has_a_chart_that_can_be_read(tmp_path: Path) -> None:
    async with site(tmp_path, OLD, NEW) as it:
        page = look_at((await it.page(f"/contributors/{BODY}")).text)
    assert page.texts("//table[@class='chart']/tbody/tr/th") == ["2023", "2024", "2025", "2026"]
    assert page.texts("//table[@class='chart']/tbody/tr/td") == ["1", "0", "0", "1"]
    assert page.values("//table[@class='chart']//rect/@width") == ["100.0%", "0.0%", "0.0%", "100.0%"]


async def test_the_ledger_counts_a_period_and_can_be_taken_away(tmp_path: Path) -> None:
    async with site(tmp_path, OLD, NEW) as it:
        everything = look_at((await it.page("/contributors")).text)
        year = look_at((await it.page("/contributors?first=2023-01-01&last=2023-12-31")).text)
        table = await it.page("/contributors.csv?first=2023-01-01&last=")
        detail = await it.page("/contributions.csv")
        wrong = await it.page("/contributors?first=gestern")
    assert len(everything.texts("//table[@class='ledger']/tbody/tr")) == 24
    assert everything.texts("//table[@class='ledger']/tbody/tr[1]/td")[1] == "2"
    assert year.texts("//table[@class='ledger']/tbody/tr[1]/td")[1] == "1"
    assert year.values("//meta[@name='robots']/@content") == ["noindex"]
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert len(rows) == 25
    assert table.headers["content-disposition"] == 'attachment; filename="contributors.csv"'
    assert len(list(csv.reader(io.StringIO(detail.content.decode("utf-8-sig"))))) == 49
    assert wrong.status_code == 422


async def test_an_empty_site_says_so_everywhere(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        answers = [
            await it.page(path) for path in ("/archive", "/sections", "/contributors", "/search", "/sitemap.xml")
        ]
    assert {answer.status_code for answer in answers} == {200}


async def test_an_item_names_its_section_its_contributors_and_its_correction(tmp_path: Path) -> None:
    item = replace(NEW.items[9], revision=2)
    record = replace(NEW, items=(*NEW.items[:9], item, *NEW.items[10:]), revision=2)
    async with site(tmp_path, record) as it:
        page = look_at((await it.page(f"/items/{item.key}")).text)
        plain = look_at((await it.page(f"/items/{NEW.items[8].key}")).text)
    assert page.texts("//p[@class='correction']") == ["更正 2026年1月5日"]
    assert plain.texts("//p[@class='correction']") == []
    body = "半导体照明工程研发及产业联盟秘书处"
    assert list(map(unquote, page.values("//p[contains(@class, 'contributors')]/a/@href"))) == [f"/contributors/{body}"]


async def test_search_engines_find_every_page_and_leave_the_rest_alone(tmp_path: Path) -> None:
    async with site(tmp_path, OLD, NEW) as it:
        robots = (await it.page("/robots.txt")).text
        index = etree.fromstring((await it.page("/sitemap.xml")).content)
        maps = [element.text for element in index.iter("{*}loc")]
        year = etree.fromstring((await it.page("/sitemaps/2023.xml")).content)
        lists = etree.fromstring((await it.page("/sitemaps/lists.xml")).content)
        missing = await it.page("/sitemaps/1999.xml")
    base = "https://bulletin.xiefa.example"
    assert f"Sitemap: {base}/sitemap.xml" in robots
    assert "Disallow: /search" in robots
    assert maps == [f"{base}/sitemaps/lists.xml", f"{base}/sitemaps/2026.xml", f"{base}/sitemaps/2023.xml"]
    pages = [element.text for element in year.iter("{*}loc")]
    assert pages == [f"{base}/bulletins/b000", *(f"{base}/items/{item.key}" for item in OLD.items)]
    assert f"{base}/contributors" in [element.text for element in lists.iter("{*}loc")]
    assert missing.status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize("number", [200, 500])
async def test_no_page_weighs_more_than_100_kb_with_many_contributors(tmp_path: Path, number: int) -> None:
    names = [f"第{at}产业技术创新战略联盟及其协同发展中心秘书处" for at in range(number)]
    items = tuple(make_item(f"{name}举办年度工作会议", attribution=attributed_to(name)) for name in names)
    records = [record_of(*items[at : at + 100], id=f"b{at}") for at in range(0, number, 100)]
    last = number // 100
    async with site(tmp_path, *records) as it:
        lists = [
            f"/{stem}{part}" for stem in ("feeds", "contributors") for part in ("", f"-{last}", f"-{last}?lang=en")
        ]
        pages = ("/", *lists, f"/contributors/{names[0]}", "/sections", "/archive", "/search?q=会议", "/bulletins/b0")
        sizes = {path: len((await it.page(path, accept_encoding="identity")).content) for path in pages}
        feeds = look_at((await it.page("/feeds")).text)
        page = look_at((await it.page(f"/contributors/{names[0]}")).text)
        table = await it.page("/contributors.csv")
        opml = await it.page("/feeds/feeds.opml")
    assert max(sizes.values()) < 100_000, sizes
    assert len(feeds.texts("//section[@aria-labelledby='contributors']//li")) == 100
    assert feeds.values("//section[@aria-labelledby='contributors']//span[@class='feed-forms']") == []
    stem = f"{it.context.publication.base_url}/feeds/contributors/"
    assert [address.startswith(stem) for address in page.values("//input[@readonly]/@value")] == [True] * 3
    # tables and OPML are for programs, and whole
    assert len(table.text.splitlines()) == number + 1
    assert opml.text.count("/feeds/contributors/") >= number


async def test_a_long_list_of_contributors_goes_on_page_by_page(tmp_path: Path) -> None:
    items = [make_item(f"消息{at}", attribution=attributed_to(f"{at}号联盟")) for at in range(150)]
    async with site(tmp_path, record_of(*items)) as it:
        first = look_at((await it.page("/contributors?first=2026-01-01&lang=en")).text)
        (following,) = first.values("//nav[@class='pager']/a[@rel='next']/@href")
        second = look_at((await it.page(following)).text)
        (back,) = second.values("//nav[@class='pager']/a[@rel='prev']/@href")
        feeds = look_at((await it.page("/feeds")).text)
        (more,) = feeds.values("//nav[@class='pager']/a[@rel='next']/@href")
        others = look_at((await it.page(more.partition("#")[0])).text)
        none = [(await it.page(path)).status_code for path in ("/contributors-3", "/contributors-0", "/feeds-3")]
    assert following == "/contributors-2?lang=en&first=2026-01-01"
    assert back == "/contributors?lang=en&first=2026-01-01"
    rows = "//table[@class='ledger']/tbody/tr/th"
    assert len(first.texts(rows)) == 100
    assert len({*first.texts(rows), *second.texts(rows)}) == 150
    assert more == "/feeds-2#contributors"
    assert others.values("//link[@rel='canonical']/@href") == ["https://bulletin.xiefa.example/feeds-2"]
    names = "//section[@aria-labelledby='contributors']//a[@class='feed-name']"
    assert len({*feeds.texts(names), *others.texts(names)}) == 150
    assert others.texts("//section[@aria-labelledby='all']") == []
    assert none == [404] * 3


async def test_a_period_that_runs_backwards_is_said_to(tmp_path: Path) -> None:
    query = "first=2026-02-01&last=2026-01-01"
    async with site(tmp_path, seedlike_record()) as it:
        paths = ("contributors", "contributors-2", "contributors.csv", "contributions.csv")
        answers = [await it.page(f"/{path}?{query}") for path in paths]
    assert [answer.status_code for answer in answers] == [422] * 4
    for answer in answers:
        assert "起始日期 2026-02-01 晚于截止日期 2026-01-01" in answer.text


async def test_one_of_a_kind_is_counted_in_the_singular(tmp_path: Path) -> None:
    record = record_of(make_item("只有一条", attribution=attributed_to("甲联盟")))
    async with site(tmp_path, record) as it:
        pages = [
            (await it.page(f"/{path}?lang=en")).text for path in ("sections", "contributors", "contributors/甲联盟")
        ]
    for page in pages:
        assert "1 bulletin<" in page
        assert "1 bulletins" not in page
    assert "1 contributor<" in pages[1]
    assert "1 contribution<" in pages[1]


async def test_a_bulletin_too_long_for_a_page_shows_the_beginning_of_long_items(tmp_path: Path) -> None:
    long = record_of(*[make_item(f"第{at}条", "字" * 1500) for at in range(31)], id="long")
    huge = record_of(make_item("长条目", "字" * 20_000, "末" * 20_000), make_item("短条目", "短短一段。"), id="huge")
    async with site(tmp_path, seedlike_record(), long, huge) as it:
        sizes = {
            path: len((await it.page(path, accept_encoding="identity")).content)
            for path in ("/bulletins/long", "/bulletins/huge", "/bulletins/long?lang=en")
        }
        page = look_at((await it.page("/bulletins/huge")).text)
        item = look_at((await it.page("/items/hugek000")).text)
        usual = look_at((await it.page("/bulletins/b001")).text)
    assert max(sizes.values()) < 100_000, sizes
    assert page.values("//p[@class='rest']/a/@href") == ["/items/hugek000"]
    assert page.texts("//p[@class='rest']/a") == ["阅读全文：长条目"]
    assert page.texts("//article[@id='hugek001']/p") == ["短短一段。"]
    assert page.texts("//article[@id='hugek000']/p")[1].endswith("末……")
    assert item.texts("//p[starts-with(., '末')]") == ["末" * 20_000]
    assert usual.texts("//p[@class='rest']") == []
