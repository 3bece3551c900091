"""Editing a draft at the desk."""

from pathlib import Path

import pytest
from sqlalchemy import update

from distributor.access import AccessRole, Actor
from distributor.model.finding import Finding, Level
from distributor.model.run import DeliveryState
from distributor.store import bulletins, tables
from distributor.usecases.read_audit import read_trail
from distributor.usecases.sign_off_bulletin import sign_off_bulletin
from tests.support.desks import Browser, browser, draft, hidden
from tests.support.ledger import counts_of, make_run
from tests.support.pages import look_at
from tests.support.records import RECEIVED
from tests.support.sites import site

pytestmark = pytest.mark.anyio

HEAD = "/desk/bulletins/b001/edit"
TYPED = {"title": "协发网简报", "issue": "第13期", "date": "2026-04-02", "publisher": "秘书处"}


async def item_path(visitor: Browser, place: int = 0) -> str:
    links = look_at((await visitor.get("/desk/bulletins/b001")).text).values(
        "//article//p/a[contains(@href, '/edit')]/@href"
    )
    return str([link for link in links if "/items/" in link][place])


async def test_the_masthead_is_edited_and_what_was_missing_is_missing_no_more(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        missing = [Finding(Level.WARNING, f"{what}-missing") for what in ("title", "number", "date")]
        await draft(it, *missing)
        visitor = await browser(it, AccessRole.EDITOR)
        answer = await visitor.submit(HEAD, HEAD, TYPED)
        assert answer.headers["location"] == "/desk/bulletins/b001"
        page = (await visitor.get("/desk/bulletins/b001")).text
        assert "第13期" in look_at(page).texts("//h1")[0]
        async with it.context.database.read() as connection:
            record = await bulletins.get(connection, "b001")
        assert {f"{what}-missing" for what in ("title", "number", "date")} & {
            one.code for one in record.findings
        } == set()
        (entry,) = await read_trail(it.context, "bulletin", "b001")
        assert (entry.act, entry.touched.after) == ("edit", record.content_hash)


async def test_the_words_of_an_item_are_edited_and_the_rest_stays(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        before = await draft(it)
        visitor = await browser(it, AccessRole.EDITOR)
        path = await item_path(visitor)
        typed = {
            "title": "新的  标题",
            "text": "第一段\u3000有空格。\r\n\r\n第二\u200b段。\r\n",
            "attribution": "存储产业技术创新战略联盟供稿",
            "visibility": "recipients",
        }
        answer = await visitor.submit(path, path, typed)
        assert answer.headers["location"].startswith("/desk/bulletins/b001#")
        async with it.context.database.read() as connection:
            record = await bulletins.get(connection, "b001")
        words = record.items[0].content
        assert (words.title, words.paragraphs) == ("新的  标题", ("第一段\u3000有空格。", "第二段。"))
        assert words.attribution is not None
        assert words.attribution.raw == "存储产业技术创新战略联盟供稿"
        assert words.attribution.organizations == ("存储产业技术创新战略联盟",)
        assert words.visibility == "recipients"
        assert record.items[1:] == before.items[1:]
        assert [item.key for item in record.items] == [item.key for item in before.items]


async def test_saving_without_a_change_changes_no_word(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        before = await draft(it)
        visitor = await browser(it, AccessRole.EDITOR)
        path = await item_path(visitor)
        page = look_at((await visitor.get(path)).text)
        fields = {
            "title": page.values("//input[@name='title']/@value")[0],
            "text": page.tree.xpath("//textarea")[0].text_content().removeprefix("\n"),
            "attribution": page.values("//input[@name='attribution']/@value")[0],
            "visibility": page.values("//input[@name='visibility'][@checked]/@value")[0],
        }
        await visitor.submit(path, path, fields)
        async with it.context.database.read() as connection:
            record = await bulletins.get(connection, "b001")
        assert record.content_hash == before.content_hash


@pytest.mark.parametrize(
    "wrong",
    [{"title": " "}, {"title": "题" * 301}, {"text": "字" * 100_001}, {"attribution": "这是一句没有来源的话，如下"}],
)
async def test_words_that_cannot_be_kept_come_back_with_what_was_typed(tmp_path: Path, wrong: dict[str, str]) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        visitor = await browser(it, AccessRole.EDITOR)
        path = await item_path(visitor)
        answer = await visitor.submit(path, path, {"title": "标题", "text": "正文", "attribution": "", **wrong})
        page = look_at(answer.text)
        assert answer.status_code == 422
        assert len(page.texts("//*[@role='alert']")) == 1
        assert page.values("//input[@name='attribution']/@value") == [wrong.get("attribution", "")]
        assert await read_trail(it.context, "bulletin", "b001") == ()


@pytest.mark.parametrize("wrong", [{"title": ""}, {"date": ""}, {"date": "2026-02-30"}, {"publisher": "处" * 201}])
async def test_a_masthead_that_cannot_be_kept_comes_back(tmp_path: Path, wrong: dict[str, str]) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        visitor = await browser(it, AccessRole.EDITOR)
        answer = await visitor.submit(HEAD, HEAD, {**TYPED, **wrong})
        page = look_at(answer.text)
        assert (answer.status_code, len(page.texts("//*[@role='alert']"))) == (422, 1)
        assert page.values("//input[@name='issue']/@value") == ["第13期"]


async def test_an_edit_voids_the_sign_off(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        await sign_off_bulletin(it.context, Actor("wang"), "b001")
        visitor = await browser(it, AccessRole.APPROVER)
        await visitor.submit(HEAD, HEAD, TYPED)
        page = look_at((await visitor.get("/desk/bulletins/b001")).text)
        assert page.values("//a[contains(@class, 'primary')]/@href") == ["/desk/bulletins/b001/sign-off"]


async def test_two_who_edit_at_the_same_time_do_not_overwrite_each_other(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        visitor = await browser(it, AccessRole.EDITOR)
        path = await item_path(visitor)
        assert (await visitor.submit(path, path, {"title": "甲", "seen": "0" * 64})).status_code == 409
        assert await read_trail(it.context, "bulletin", "b001") == ()


async def test_what_is_published_or_withdrawn_is_not_edited(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it, published=RECEIVED)
        visitor = await browser(it, AccessRole.EDITOR)
        page = look_at((await visitor.get("/desk/bulletins/b001")).text)
        assert page.values("//a[contains(@href, '/edit')]/@href") == []
        assert (await visitor.get(HEAD)).status_code == 409


async def test_an_item_that_is_not_there_is_not_edited(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        visitor = await browser(it, AccessRole.EDITOR)
        path = await item_path(visitor)
        other = "/desk/bulletins/b001/items/nothing/edit"
        assert (await visitor.get(other)).status_code == 404
        fields = {"title": "甲", "text": "", "attribution": ""}
        page = (await visitor.get(path)).text
        assert (await visitor.post(other, {**hidden(page, path), **fields})).status_code == 404


async def test_a_form_with_too_many_fields_is_refused_in_a_sentence(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        visitor = await browser(it, AccessRole.EDITOR)
        answer = await visitor.submit(HEAD, HEAD, {**TYPED, **{f"field-{number}": "x" for number in range(300)}})
        assert answer.status_code == 422


async def test_a_draft_that_is_under_way_asks_what_becomes_of_its_mail(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        visitor = await browser(it, AccessRole.EDITOR)
        run = await make_run(it.context.database, 3)
        async with it.context.database.write() as connection:
            for table in (tables.runs, tables.deliveries):
                await connection.execute(update(table).values(bulletin_id="b001"))
        for path in (HEAD, await item_path(visitor)):
            asked = look_at((await visitor.get(path)).text)
            assert asked.values("//input[@name='under_way'][@checked]/@value") == ["finish"]
            assert "3" in asked.texts("//fieldset[@class='roles']/legend")[0]
        answer = await visitor.submit(HEAD, HEAD, {**TYPED, "under_way": "stop"})
        assert answer.status_code == 303
        assert (await counts_of(it.context.database, run)).of(DeliveryState.CANCELLED) == 3
        assert look_at((await visitor.get(HEAD)).text).values("//input[@name='under_way']/@value") == []
        (entry,) = await read_trail(it.context, "bulletin", "b001")
        assert (entry.details["under_way"], entry.details["cancelled"]) == ("stop", 3)
