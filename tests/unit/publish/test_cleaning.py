import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from distributor.publish.cleaning import excerpt, legal, one_line

ANY_TEXT = st.text(st.characters(), max_size=200)


@given(ANY_TEXT)
def test_legal_text_can_stand_in_xml_and_comes_back_as_it_was(text: str) -> None:
    element = etree.Element("title")
    element.text = legal(text)
    read = etree.fromstring(etree.tostring(element, encoding="UTF-8")).text or ""
    assert read == legal(text)


@given(ANY_TEXT)
def test_legal_text_can_stand_in_json(text: str) -> None:
    assert json.loads(json.dumps(legal(text), ensure_ascii=False).encode()) == legal(text)


@given(ANY_TEXT)
def test_cleaning_twice_cleans_nothing_more(text: str) -> None:
    assert legal(legal(text)) == legal(text)
    assert one_line(one_line(text)) == one_line(text)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Zl", "Zp"))))
def test_letters_signs_and_blanks_stay(text: str) -> None:
    assert legal(text) == text


@given(ANY_TEXT)
def test_one_line_has_no_break_and_no_blank_at_its_ends(text: str) -> None:
    line = one_line(text)
    assert not {"\n", "\r", "\t", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"} & set(line)
    assert line == line.strip()


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("联盟\x0c动态", "联盟\n动态"),
        ("联盟\ud83d动态", "联盟动态"),
        ("\N{GRINNING FACE}", "\N{GRINNING FACE}"),
        ("一\r\n二\r三", "一\n二\n三"),
        ("a\x00b\ufffec\U0001ffffd", "abcd"),
        ("制表\t符", "制表\t符"),
    ],
)
def test_forbidden_characters_go_and_breaks_become_line_feeds(text: str, cleaned: str) -> None:
    assert legal(text) == cleaned


def test_ideographic_spaces_inside_a_title_stay() -> None:
    assert one_line(" 第一届　大会 \n 开幕 ") == "第一届　大会 开幕"


@given(ANY_TEXT, st.integers(min_value=1, max_value=50))
def test_an_excerpt_is_never_longer_than_asked_for(text: str, length: int) -> None:
    assert len(excerpt(text, length)) <= length


def test_an_excerpt_says_that_something_was_cut() -> None:
    assert excerpt("联盟动态", 4) == "联盟动态"
    assert excerpt("联盟动态消息", 4) == "联盟动…"
