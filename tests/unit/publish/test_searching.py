from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.model.bulletin import Masthead, Visibility
from distributor.model.feeds import Channel, ChannelKind
from distributor.publish import Piece, day_of, excerpt_of, indexed_items, marked, sought
from distributor.publish.searching import facet, read_question
from tests.support.hostile import hostile_record
from tests.support.records import SECTIONS, attributed_to, make_item, make_publication, published, record_of

PUBLICATION = make_publication()


def hits(pieces: tuple[Piece, ...]) -> list[str]:
    return [piece.text for piece in pieces if piece.is_hit]


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("科技", (("科", "技"),)),
        ("科", (("科",),)),
        ("氢能 稀土", (("氢", "能"), ("稀", "土"))),
        ("“BIM 联盟”", (("bim", "联", "盟"),)),
        ('"BIM 联盟" 2023', (("bim", "联", "盟"), ("2023",))),
        ("「京津冀」", (("京", "津", "冀"),)),
        ("科技 科技", (("科", "技"),)),
        ("“没有结束", (("没", "有", "结", "束"),)),
        ("，。 ！", ()),
        ("", ()),
    ],
)
def test_blanks_part_words_and_quotes_keep_them_together(text: str, phrases: tuple[tuple[str, ...], ...]) -> None:
    assert read_question(text) == phrases


def test_a_question_is_no_longer_than_anybody_types() -> None:
    assert len(read_question(" ".join(f"w{number}" for number in range(50)))) == 10
    assert len(read_question("长" * 5000)[0]) == 200


@given(st.text(max_size=60))
def test_any_question_can_be_read(text: str) -> None:
    assert all(phrase for phrase in read_question(text))


def test_public_items_are_found_by_title_text_attribution_and_heading() -> None:
    item = make_item("京津冀联盟成立", "第一段。", attribution=attributed_to("存储联盟秘书处"))
    hidden = make_item("内部", visibility=Visibility.RECIPIENTS)
    (found,) = indexed_items(published(record_of(item, hidden)))
    assert found.fields[0] == tuple("京津冀联盟成立")
    assert found.fields[1] == tuple("第一段")
    assert tuple("存储联盟秘书处") == found.fields[2][:7]
    assert found.fields[3] == tuple(SECTIONS[0])
    section = facet(Channel(ChannelKind.SECTION, SECTIONS[0]))
    assert section in found.facets
    assert len(found.facets) == 3


def test_what_nobody_may_read_is_not_indexed() -> None:
    record = published(record_of(make_item()))
    assert indexed_items(replace(record, withdrawn=record.published)) == ()
    assert indexed_items(record_of(make_item())) == ()


def test_hostile_words_are_indexed() -> None:
    record = published(hostile_record())
    assert len(indexed_items(record)) == len(record.items)


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("2023-12-05", date(2023, 12, 5)),
        ("2023-12", date(2023, 12, 1)),
        ("去年", date(2026, 1, 5)),
        (None, date(2026, 1, 5)),
    ],
)
def test_a_bulletin_is_sorted_by_the_day_that_it_prints(printed: str | None, day: date) -> None:
    assert day_of(published(record_of(make_item(), masthead=Masthead(date=printed))), PUBLICATION) == day


def test_everything_that_is_asked_must_hold() -> None:
    wanted = sought("氢能", [Channel(ChannelKind.CONTRIBUTOR, "甲联盟")], 2023, "xiefa")
    assert wanted.phrases == (("氢", "能"),)
    assert len(wanted.facets) == 2
    assert (wanted.first, wanted.last) == (date(2023, 1, 1), date(2023, 12, 31))
    assert not wanted.is_empty
    assert sought("， ").is_empty


def test_hits_are_marked_as_written() -> None:
    assert marked("京津冀ＬＥＤ联盟", [("led",), ("联", "盟")]) == (
        Piece("京津冀", is_hit=False),
        Piece("ＬＥＤ联盟", is_hit=True),
    )
    assert hits(marked("科技与科技", [("科", "技")])) == ["科技", "科技"]
    assert marked("没有", [("科",)]) == (Piece("没有", is_hit=False),)


@given(st.text(alphabet="甲乙ab ，", max_size=30), st.lists(st.sampled_from(["甲", "甲乙", "ab", "乙 a"]), max_size=3))
def test_marking_loses_nothing(text: str, asked: list[str]) -> None:
    phrases = read_question(" ".join(asked))
    assert "".join(piece.text for piece in marked(text, phrases)) == text


def test_the_excerpt_begins_where_the_text_says_it() -> None:
    paragraphs = ("开头一段。", "甲" * 100 + "氢能" + "乙" * 200)
    found = excerpt_of(paragraphs, [("氢", "能")])
    assert hits(found) == ["氢能"]
    assert found[0].text == "…" + "甲" * 30
    assert found[-1].text.endswith("…")
    assert "".join(piece.text for piece in excerpt_of(paragraphs, [("无",)])) == "开头一段。"
    assert excerpt_of((), [("无",)]) == ()
