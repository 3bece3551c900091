"""Searching: the same answers from both databases, for words of one character and for texts of any length."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from distributor.access import Actor
from distributor.model.bulletin import Masthead, Visibility
from distributor.model.record import BulletinRecord
from distributor.publish import sought
from distributor.store import search
from distributor.store.engine import Database
from distributor.usecases.context import Context
from distributor.usecases.search_archive import PAGE, Question, list_choices, search_archive
from distributor.usecases.withdraw_bulletin import undo_withdrawal, withdraw_bulletin
from tests.support.databases import postgres_url, sqlite_url
from tests.support.records import SECTIONS, attributed_to, make_item, record_of
from tests.support.sites import make_parts, publish_all

pytestmark = pytest.mark.anyio

ACTOR = Actor("签发人")


async def archive(database: Database, folder: Path, *records: BulletinRecord) -> Context:
    context = replace(make_parts(folder).context, database=database)
    await publish_all(context, records)
    return context


async def keys(context: Context, text: str, **chosen: object) -> list[str]:
    found = await search_archive(context, Question(text, **chosen))  # type: ignore[arg-type]  # a builder passes any field on
    return [hit.listed.item.key for hit in found.hits]


def bulletin(number: int, *titles: str, date: str = "2023-12-05", **overrides: object) -> BulletinRecord:
    items = [make_item(title, f"正文讲{title}。", attribution=attributed_to("甲联盟")) for title in titles]
    return record_of(*items, id=f"b{number}", masthead=Masthead("简报", f"第{number}期", date), **overrides)


async def test_one_character_two_and_a_phrase_are_found(database: Database, tmp_path: Path) -> None:
    context = await archive(database, tmp_path, bulletin(1, "氢能示范城市群扩容", "能源与氢气", "稀土永磁"))
    assert await keys(context, "氢") == ["b1k000", "b1k001"]
    assert await keys(context, "氢能") == ["b1k000"]
    assert await keys(context, "示范城市群") == ["b1k000"]
    assert await keys(context, "城市示范") == []
    assert await keys(context, "永磁 稀土") == ["b1k002"]
    assert await keys(context, "氢能 稀土") == []
    assert await keys(context, "甲联盟") == ["b1k000", "b1k001", "b1k002"]


async def test_a_phrase_does_not_reach_from_title_into_text(database: Database, tmp_path: Path) -> None:
    record = record_of(make_item("轴承", "钢铁行业。", "大豆丰收。"), id="b1")
    context = await archive(database, tmp_path, record)
    assert await keys(context, "轴承") == ["b1k000"]
    for across in ("承钢", "轴承钢铁", "行业大豆", "业大"):
        assert await keys(context, across) == []


async def test_width_case_and_accents_make_no_difference(database: Database, tmp_path: Path) -> None:
    context = await archive(database, tmp_path, bulletin(1, "紫外ＬＥＤ与Café", "“BIM+”智能建造"))
    assert await keys(context, "led") == ["b1k000"]
    assert await keys(context, "外LED与") == ["b1k000"]
    assert await keys(context, "CAFE") == ["b1k000"]
    assert await keys(context, "ｂｉｍ 智能") == ["b1k001"]
    assert await keys(context, "“BIM+”智能建造") == ["b1k001"]


async def test_the_newest_bulletin_comes_first_and_each_in_printed_order(database: Database, tmp_path: Path) -> None:
    context = await archive(
        database,
        tmp_path,
        bulletin(1, "氢一", "氢二", date="2022-03-01"),
        bulletin(2, "氢三", "氢四", date="2023-03-01"),
        bulletin(3, "氢五", date="2022-03-01"),
    )
    assert await keys(context, "氢") == ["b2k000", "b2k001", "b3k000", "b1k000", "b1k001"]


async def test_results_are_narrowed_by_section_contributor_and_year(database: Database, tmp_path: Path) -> None:
    other = [make_item("氢能大会", attribution=attributed_to("乙联盟"))]
    context = await archive(
        database,
        tmp_path,
        bulletin(1, "氢能一", date="2022-03-01"),
        bulletin(2, "氢能二", date="2023-12-31"),
        record_of(*other, id="b3", section=SECTIONS[2], masthead=Masthead("简报", "第3期", "2023-01-01")),
    )
    assert await keys(context, "氢能", year=2023) == ["b2k000", "b3k000"]
    assert await keys(context, "氢能", year=2021) == []
    assert await keys(context, "氢能", section=SECTIONS[2]) == ["b3k000"]
    assert await keys(context, "", section=SECTIONS[0]) == ["b2k000", "b1k000"]
    assert await keys(context, "氢能", contributor="甲联盟", year=2022) == ["b1k000"]
    assert await keys(context, "", year=2023) == ["b2k000", "b3k000"]
    assert await keys(context, "氢能", publication="xiefa") == ["b2k000", "b3k000", "b1k000"]
    assert await keys(context, "氢能", publication="other") == []
    choices = await list_choices(context)
    assert [count.name for count in choices.sections] == [SECTIONS[0], SECTIONS[2]]
    assert [count.name for count in choices.contributors] == ["甲联盟", "乙联盟"]
    assert choices.years == (2023, 2022)
    assert choices.publications == (("xiefa", "联盟协发网简报"),)


async def test_nothing_asked_is_nothing_looked_for(database: Database, tmp_path: Path) -> None:
    context = await archive(database, tmp_path, bulletin(1, "氢能"))
    found = await search_archive(context, Question(" ，。"))
    assert (found.is_question, found.hits, found.total) == (False, (), 0)


async def test_only_what_everybody_may_read_is_found(database: Database, tmp_path: Path) -> None:
    record = record_of(make_item("氢能公开"), make_item("氢能内部", visibility=Visibility.MAIL_ONLY), id="b1")
    context = await archive(database, tmp_path, record)
    assert await keys(context, "氢能") == ["b1k000"]
    await withdraw_bulletin(context, ACTOR, "b1", "有误", "b1k000")
    assert await keys(context, "氢能") == []
    await undo_withdrawal(context, ACTOR, "b1", "b1k000")
    assert await keys(context, "氢能") == ["b1k000"]
    await withdraw_bulletin(context, ACTOR, "b1", "有误")
    assert await keys(context, "氢能") == []


async def test_hits_are_marked_in_title_and_excerpt(database: Database, tmp_path: Path) -> None:
    context = await archive(database, tmp_path, bulletin(1, "氢能示范"))
    (hit,) = (await search_archive(context, Question("氢能"))).hits
    assert [piece.text for piece in hit.title if piece.is_hit] == ["氢能"]
    assert [piece.text for piece in hit.excerpt if piece.is_hit] == ["氢能"]
    assert hit.listed.masthead.issue == "第1期"


async def test_pages_follow_each_other(database: Database, tmp_path: Path) -> None:
    context = await archive(database, tmp_path, bulletin(1, *(f"氢能之{number}" for number in range(45))))
    found = await search_archive(context, Question("氢能"))
    assert (found.total, found.pages, len(found.hits), found.is_more) == (45, 3, PAGE, False)
    assert await keys(context, "氢能", page=3) == [f"b1k{number:03d}" for number in range(40, 45)]
    assert await keys(context, "氢能", page=9) == []


async def test_no_more_is_counted_than_is_asked_for(database: Database, tmp_path: Path) -> None:
    context = await archive(database, tmp_path, bulletin(1, *(f"氢能之{number}" for number in range(30))))
    async with context.database.read() as connection:
        assert len(await search.find(connection, sought("氢能"), 11)) == 11


async def test_texts_of_any_length_and_kind_can_be_found(database: Database, tmp_path: Path) -> None:
    long = record_of(
        make_item("长文", "的" * 30_000 + "末尾的钒钛"),
        make_item("西文", " ".join(f"word{number}" for number in range(20_000)) + " zzlast"),
        make_item("更长", "甲乙" * 120_000 + "钛钒"),
        id="b1",
    )
    context = await archive(database, tmp_path, long)
    assert await keys(context, "末尾的钒钛") == ["b1k000"]
    assert await keys(context, "钛钒") == []
    assert await keys(context, "word17 word18") == ["b1k001"]
    assert await keys(context, "“word17 word18”") == ["b1k001"]
    assert await keys(context, "“word18 word17”") == []
    assert await keys(context, "甲乙甲乙") == ["b1k002"]


WORDS = ("氢", "能", "科技", "技部", "BIM", "联盟", "2023", "钒钛", "的", "é", "𠮷")


@pytest.mark.postgres
async def test_both_databases_find_the_same(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311  a test that can be repeated
    records = [
        bulletin(number, *("".join(chance.choices(WORDS, k=chance.randrange(1, 9))) for _ in range(4)), date=day)
        for number, day in enumerate(chance.choices(("2021-05-01", "2022-05-01", "2022-06"), k=12))
    ]
    urls = (sqlite_url(tmp_path), postgres_url(request))
    contexts = [await archive(Database(url), tmp_path, *records) for url in urls]
    for _ in range(120):
        text = " ".join("".join(chance.choices(WORDS, k=chance.randrange(1, 4))) for _ in range(chance.randrange(1, 3)))
        chosen = chance.choice(({}, {"year": 2022}, {"section": SECTIONS[0]}, {"contributor": "甲联盟"}))
        answers = [await search_archive(context, Question(text, **chosen)) for context in contexts]
        assert answers[0] == answers[1]
    for context in contexts:
        await context.database.dispose()
