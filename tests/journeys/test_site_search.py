"""A reader searches, narrows down, turns pages, and subscribes to the search."""

from pathlib import Path
from urllib.parse import unquote

import feedparser
import pytest

from distributor.model.bulletin import Masthead
from tests.support.jsonfeed import problems
from tests.support.pages import look_at
from tests.support.records import SECTIONS, make_item, record_of, seedlike_record
from tests.support.sites import site

pytestmark = pytest.mark.anyio


async def test_words_are_found_and_marked(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        page = look_at((await it.page("/search?q=京津冀")).text)
    assert page.texts("//ol[@class='hits']/li/h2") == ["京津冀国家高新区联盟成立"]
    assert set(page.texts("//ol[@class='hits']//mark")) == {"京津冀"}
    assert page.values("//input[@name='q']/@value") == ["京津冀"]
    assert page.values("//meta[@name='robots']/@content") == ["noindex"]


async def test_a_form_without_words_explains_itself(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        page = look_at((await it.page("/search")).text)
        nothing = look_at((await it.page("/search?q=，。")).text)
    for one in (page, nothing):
        assert one.texts("//p[@role='status']") == []
        assert one.texts("//p[@class='hint']")


async def test_results_are_narrowed_and_say_by_what(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        page = look_at((await it.page(f"/search?q=联盟&section={SECTIONS[2]}&contributor=&year=2026")).text)
        none = look_at((await it.page("/search?q=联盟&year=1999")).text)
    assert page.texts("//select[@name='section']/option[@selected]") == [SECTIONS[2]]
    assert page.texts("//select[@name='year']/option[@selected]") == ["2026"]
    assert page.texts("//p[@role='status']/span[1]")[0] != ""
    assert len(page.texts("//ol[@class='hits']/li")) == 20
    assert none.texts("//ol[@class='hits']/li") == []


async def test_pages_keep_the_question_and_the_language(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        first = look_at((await it.page("/search?q=联盟&lang=en")).text)
        (following,) = first.values("//nav[@class='pager']/a[@rel='next']/@href")
        second = look_at((await it.page(following)).text)
    assert unquote(following) == "/search?lang=en&q=联盟&page=2"
    assert second.tree.get("lang") == "en"
    assert second.texts("//ol[@class='hits']/li")
    assert first.values("//form[@class='search']/input[@name='lang']/@value") == ["en"]


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", *(f"{name}=" + "长" * 300 for name in ("q", "section", "contributor", "publication"))]
)
async def test_questions_nobody_asks_are_refused(tmp_path: Path, query: str) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        assert (await it.page(f"/search?{query}")).status_code == 422


@pytest.mark.parametrize("path", ["/search", "/search.atom.xml", "/search.json"])
@pytest.mark.parametrize("year", ["0000", "0999", "99", "999", "19999", "abc", "-999", "٢٠٢٣", "２０２３", "2023\n"])
async def test_a_year_has_four_digits_and_is_one_of_our_calendar(tmp_path: Path, path: str, year: str) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        refused = await it.client.get(path, params={"q": "联盟", "year": year})
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("path", ["/search", "/search.atom.xml", "/search.json"])
@pytest.mark.parametrize("year", ["", "1000", "9999"])
async def test_every_other_year_is_looked_for(tmp_path: Path, path: str, year: str) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        assert (await it.client.get(path, params={"q": "联盟", "year": year})).status_code == 200


async def test_results_are_narrowed_by_publication_where_there_are_several(tmp_path: Path) -> None:
    other = record_of(
        make_item("京津冀旧事"), id="b2", publication="gazette", masthead=Masthead("旧报", None, "2020-01-05")
    )
    async with site(tmp_path, seedlike_record(), other) as it:
        both = look_at((await it.page("/search?q=京津冀")).text)
        page = look_at((await it.page("/search?q=京津冀&publication=gazette")).text)
        atom = await it.page(page.feeds["application/atom+xml"])
        as_json = await it.page(page.feeds["application/feed+json"])
    assert both.texts("//select[@name='publication']/option") == ["全部", "gazette", "联盟协发网简报"]
    assert len(both.texts("//ol[@class='hits']/li")) == 2
    assert page.texts("//select[@name='publication']/option[@selected]") == ["gazette"]
    assert page.texts("//ol[@class='hits']/li/h2") == ["京津冀旧事"]
    assert "publication=gazette" in page.values("//p[@role='status']//a/@href")[0]
    assert [entry.title for entry in feedparser.parse(atom.content).entries] == ["京津冀旧事"]
    assert [item["title"] for item in as_json.json()["items"]] == ["京津冀旧事"]


async def test_one_publication_alone_is_no_choice(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        page = look_at((await it.page("/search?q=联盟&publication=xiefa")).text)
        none = look_at((await it.page("/search?q=联盟&publication=other")).text)
    assert page.texts("//select[@name='publication']") == []
    assert len(page.texts("//ol[@class='hits']/li")) == 20
    assert none.texts("//ol[@class='hits']/li") == []


@pytest.mark.parametrize("text", ["'\"<script>", "AND OR NOT", "a* NEAR(b)", "%00", '联盟" OR "1', "\\", "zp*"])
async def test_no_question_breaks_the_search(tmp_path: Path, text: str) -> None:
    hostile = record_of(make_item("A&B <script>alert(1)</script> ]]> 联盟", "正文 & <b> 联盟"), id="b2")
    async with site(tmp_path, seedlike_record(), hostile) as it:
        answer = await it.client.get("/search", params={"q": text})
    assert answer.status_code == 200
    assert "<script>" not in answer.text


async def test_a_search_can_be_subscribed_to(tmp_path: Path) -> None:
    newest = record_of(make_item("京津冀再传消息"), id="b2", masthead=Masthead("简报", "第13期", "2026-02-05"))
    async with site(tmp_path, seedlike_record(), newest) as it:
        page = look_at((await it.page("/search?q=京津冀")).text)
        atom = await it.page(page.feeds["application/atom+xml"])
        again = await it.page(page.feeds["application/atom+xml"], if_none_match=atom.headers["etag"])
        as_json = await it.page(page.feeds["application/feed+json"])
        empty = await it.page("/search.atom.xml?q=没有这个词")
    parsed = feedparser.parse(atom.content)
    assert not parsed.bozo
    assert [entry.title for entry in parsed.entries] == ["京津冀再传消息", "京津冀国家高新区联盟成立"]
    assert unquote(parsed.feed.links[0].href) == "https://bulletin.xiefa.example/search.atom.xml?q=京津冀"
    assert again.status_code == 304
    assert problems(as_json.content) == []
    assert [item["title"] for item in as_json.json()["items"]] == [entry.title for entry in parsed.entries]
    assert feedparser.parse(empty.content).entries == []
    assert atom.headers["x-robots-tag"] == "noindex"
