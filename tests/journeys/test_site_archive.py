"""A reader finds the latest bulletin, reads it, goes from item to item, and takes the original file home."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest

from distributor.model.bulletin import Masthead, Visibility
from distributor.model.record import BulletinRecord
from distributor.store import blobs, bulletins
from tests.support.pages import look_at
from tests.support.prints import pages_of, typesetter
from tests.support.records import PUBLISHED, make_item, make_record, record_of, seedlike_record
from tests.support.sites import site

pytestmark = pytest.mark.anyio

OLD = Masthead("联盟协发网简报", "第11期（总第344期）", "2025-12-05", None)
HOSTILE = "A&B <script>alert(1)</script> ]]> \"'\U0001f600"


def with_original(record: BulletinRecord, name: str, media_type: str) -> BulletinRecord:
    return replace(record, original=replace(record.original, name=name, media_type=media_type))


async def test_the_home_page_shows_the_latest_bulletin_and_all_by_year(tmp_path: Path) -> None:
    async with site(tmp_path, make_record(id="b000", masthead=OLD), seedlike_record()) as it:
        page = look_at((await it.page("/")).text)
    assert page.texts("//h1") == ["联盟协发网简报"]
    assert page.texts("//section[contains(@class,'latest')]//h2") == ["第12期（总第345期）"]
    assert len(page.values("//section[contains(@class,'latest')]//li/a/@href")) == 31
    assert page.texts("//section[@class='year']/h3") == ["2026年", "2025年"]
    assert page.values("//section[@class='year']//a/@href") == ["/bulletins/b001", "/bulletins/b000"]


async def test_an_empty_archive_says_so(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        answer = await it.page("/")
    assert answer.status_code == 200
    assert len(look_at(answer.text).texts("//p[@class='empty']")) == 1


async def test_a_bulletin_reads_as_it_is_printed(tmp_path: Path) -> None:
    record = replace(seedlike_record(), preamble=("编者按：供参阅。",))
    async with site(tmp_path, record) as it:
        page = look_at((await it.page("/bulletins/b001")).text)
    assert page.texts("//h1") == ["联盟协发网简报 第12期（总第345期）"]
    assert page.texts("//p[@class='masthead-line']") == ["联盟协发网秘书处 2026年1月5日"]
    assert page.texts("//article/section/h2") == [title for title, _ in record.sections]
    assert page.texts("//article//article/h3") == [item.content.title for item in record.items]
    assert len(page.texts("//p[@class='attribution']")) == 25
    assert page.texts("//section[@class='preamble']/p") == ["编者按：供参阅。"]
    reported = "、".join(record.distribution[0].entries)
    assert page.texts("//footer[@class='distribution']/p") == [
        f"报：{reported}相关司局及部门",
        "送：各试点产业技术创新战略联盟、联盟协发网成员单位、有关地方科技厅（局）",
    ]
    words = [paragraph for item in record.items for paragraph in item.content.paragraphs]
    assert page.texts("//article//article/p[not(@class)]") == words


async def test_every_entry_of_the_contents_leads_to_its_item(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        page = look_at((await it.page("/bulletins/b001")).text)
    targets = page.values("//nav[contains(@class,'contents')]//a/@href")
    assert len(targets) == 34
    assert all(page.values(f"//*[@id='{target[1:]}']/@id") == [target[1:]] for target in targets)


async def test_an_item_stands_among_its_neighbours(tmp_path: Path) -> None:
    record = seedlike_record()
    async with site(tmp_path, record) as it:
        first, middle, last = [
            look_at((await it.page(f"/items/{record.items[place].key}")).text) for place in (0, 3, 30)
        ]
    assert middle.texts("//h1") == ["中法碳中和中心启动仪式在京举办"]
    assert len(middle.texts("//div[@itemprop='articleBody']/p")) == 2
    assert middle.values("//a[@rel='prev']/@href") == ["/items/b001k002"]
    assert middle.values("//a[@rel='next']/@href") == ["/items/b001k004"]
    assert middle.texts("//nav[@class='crumbs']//li") == ["联盟协发网简报 第12期（总第345期）", "重要政策动态"]
    where = [unquote(address) for address in middle.values("//nav[@class='crumbs']//a/@href")]
    assert where == ["/bulletins/b001#b001k003", "/sections/重要政策动态"]
    assert first.values("//a[@rel='prev']/@href") == []
    assert last.values("//a[@rel='next']/@href") == []
    assert len(last.texts("//p[@class='attribution']")) == 1


async def test_a_bulletin_without_headings_and_footer_is_a_page_too(tmp_path: Path) -> None:
    record = replace(record_of(make_item("只有一条"), section=None), distribution=(), masthead=Masthead())
    async with site(tmp_path, record) as it:
        page = look_at((await it.page("/bulletins/b001")).text)
        item = look_at((await it.page("/items/b001k000")).text)
    assert page.texts("//h1") == ["联盟协发网简报"]
    assert page.texts("//h2") == ["目录"]
    assert page.texts("//footer[@class='distribution']") == []
    assert item.texts("//nav[@class='neighbours']") == []


async def test_words_that_look_like_markup_stay_words(tmp_path: Path) -> None:
    record = record_of(make_item(HOSTILE, HOSTILE, HOSTILE))
    async with site(tmp_path, record) as it:
        for path in ("/", "/bulletins/b001", "/items/b001k000"):
            answer = await it.page(path)
            assert "<script>alert" not in answer.text
            assert HOSTILE in look_at(answer.text).tree.text_content()


async def test_only_public_items_are_shown(tmp_path: Path) -> None:
    hidden = make_item("内部条目", visibility=Visibility.RECIPIENTS)
    secret = make_item("邮件条目", visibility=Visibility.MAIL_ONLY)
    async with site(tmp_path, record_of(make_item("公开条目"), hidden, secret)) as it:
        pages = [(await it.page(path)).text for path in ("/", "/bulletins/b001", "/items/b001k000", "/feeds")]
        statuses = [(await it.page(f"/items/b001k00{place}")).status_code for place in range(3)]
        original = await it.page("/bulletins/b001/original")
    assert not any("内部条目" in page or "邮件条目" in page for page in pages)
    assert statuses == [200, 404, 404]
    assert original.status_code == 404
    assert "/bulletins/b001/original" not in pages[1]


async def test_a_draft_is_shown_to_nobody(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        async with it.context.database.write() as connection:
            await blobs.put(connection, b"b001")
            await bulletins.add(connection, make_record())
        paths = ("/bulletins/b001", "/bulletins/b001/original", "/items/b001k000")
        statuses = [(await it.page(path)).status_code for path in paths]
    assert statuses == [404, 404, 404]


async def test_what_was_taken_back_is_gone(tmp_path: Path) -> None:
    kept = record_of(make_item("甲"), make_item("乙"))
    items = (kept.items[0], replace(kept.items[1], withdrawn=PUBLISHED))
    records = (replace(kept, items=items), make_record(id="b002", withdrawn=PUBLISHED))
    async with site(tmp_path, *records) as it:
        kept_pages = ("/bulletins/b001", "/items/b001k000")
        gone = ("/items/b001k001", "/bulletins/b002", "/items/b002k000", "/bulletins/b002/original")
        # the file still says what was taken back
        gone = (*gone, "/bulletins/b001/original")
        statuses = [(await it.page(path)).status_code for path in (*kept_pages, *gone)]
        bulletin = (await it.page("/bulletins/b001")).text
        home = (await it.page("/")).text
    assert statuses == [200] * 2 + [410] * 5
    assert "乙" not in look_at(bulletin).texts("//h3")
    assert "/original" not in bulletin
    assert "/bulletins/b002" not in home


async def test_the_original_keeps_its_name_and_its_bytes(tmp_path: Path) -> None:
    record = with_original(make_record(), "第12期 定稿.pdf", "application/pdf")
    async with site(tmp_path, record) as it:
        answer = await it.page("/bulletins/b001/original", accept_encoding="gzip")
        head = await it.client.head("/bulletins/b001/original")
    assert answer.content == b"b001"
    assert answer.headers["content-type"] == "application/pdf"
    assert "content-encoding" not in answer.headers
    assert answer.headers["content-disposition"].endswith(
        "filename*=UTF-8''%E7%AC%AC12%E6%9C%9F%20%E5%AE%9A%E7%A8%BF.pdf"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert (head.headers["content-length"], head.content) == ("4", b"")


async def test_the_original_comes_in_parts(tmp_path: Path) -> None:
    async with site(tmp_path, make_record()) as it:
        address = "/bulletins/b001/original"
        whole = await it.page(address)
        etag = whole.headers["etag"]
        part = await it.page(address, range="bytes=1-2")
        stale = await it.page(address, range="bytes=1-2", if_range='"other"')
        beyond = await it.page(address, range="bytes=9-")
        unchanged = await it.page(address, range="bytes=1-2", if_none_match=etag)
        head = await it.client.head(address, headers={"range": "bytes=1-2"})
    assert whole.headers["accept-ranges"] == "bytes"
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"00", "bytes 1-2/4")
    assert part.headers["etag"] == etag
    assert (stale.status_code, stale.content) == (200, b"b001")
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, "bytes */4")
    assert unchanged.status_code == 304
    assert head.status_code == 200


async def test_the_interface_speaks_english_and_the_bulletin_stays_chinese(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        preferred = look_at((await it.page("/bulletins/b001", accept_language="en-GB,en;q=0.9")).text)
        chosen = look_at((await it.page("/bulletins/b001?lang=en", accept_language="zh-CN")).text)
        default = look_at((await it.page("/bulletins/b001")).text)
    assert [page.values("/html/@lang") for page in (preferred, chosen, default)] == [["en"], ["en"], ["zh-CN"]]
    for page in (preferred, chosen, default):
        assert page.values("//article[contains(@class,'bulletin')]/@lang") == ["zh-CN"]
        assert page.texts("//p[@class='masthead-line']/time") == ["2026年1月5日"]
    assert "/items/b001k000" in preferred.own_links
    assert "/items/b001k000?lang=en" in chosen.own_links
    assert "/bulletins/b001?lang=zh" in chosen.own_links
    assert "/bulletins/b001?lang=en" in default.own_links


async def test_a_site_may_stand_in_a_folder_behind_a_proxy(tmp_path: Path) -> None:
    base = "https://www.xiefa.example/bulletin"
    async with site(tmp_path, seedlike_record(), base_url=base) as it:
        it.app.root_path = "/bulletin"
        page = look_at((await it.page("/bulletin/bulletins/b001")).text)
    assert all(link.startswith("/bulletin/") for link in page.own_links)
    assert "/bulletin/bulletins/b001?lang=en" in page.own_links
    assert page.values("//link[@rel='canonical']/@href") == [f"{base}/bulletins/b001"]


async def test_a_bulletin_is_taken_home_as_it_is_printed(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record(), printer=typesetter()) as it:
        page = look_at((await it.page("/bulletins/b001")).text)
        [link] = page.values("//a[contains(@href, 'issue.pdf')]/@href")
        answer = await it.page(link)
        again = await it.page(link, if_none_match=answer.headers["etag"])
        part = await it.page(link, range="bytes=0-7")
    assert answer.headers["content-type"] == "application/pdf"
    assert "UTF-8''" in answer.headers["content-disposition"]
    assert unquote(answer.headers["content-disposition"]).endswith("联盟协发网简报 第12期（总第345期）.pdf")
    assert pages_of(answer.content)[0].startswith("联盟协发网简报第12期")
    assert (again.status_code, again.content) == (304, b"")
    assert (part.status_code, part.content) == (206, answer.content[:8])


async def test_without_a_printed_issue_the_page_does_not_speak_of_it(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        page = await it.page("/bulletins/b001")
        answer = await it.page("/bulletins/b001/issue.pdf")
    assert "issue.pdf" not in page.text
    assert answer.status_code == 404
    assert "没有打印版" in answer.text


async def test_a_corrected_item_is_marked_in_its_bulletin(tmp_path: Path) -> None:
    first, *rest = seedlike_record().items
    corrected = replace(first, revision=2, updated=PUBLISHED + timedelta(days=1))
    async with site(tmp_path, replace(seedlike_record(), items=(corrected, *rest))) as it:
        page = look_at((await it.page("/bulletins/b001")).text)
    assert page.texts("//article[@class='item']/p[@class='correction']") == ["更正 2026年1月6日"]
    assert page.values("//p[@class='correction']/../@id") == [first.key]
