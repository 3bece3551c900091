from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.publish import ChangeKind, ItemChange, Span, SpanKind, is_changed, item_difference
from distributor.publish.difference import difference
from tests.support.records import PUBLISHED, attributed_to, make_item, make_item_record

SAME, REMOVED, ADDED = SpanKind.SAME, SpanKind.REMOVED, SpanKind.ADDED


def test_one_character_is_one_change() -> None:
    assert difference("会议在北京召开", "会议在南京召开") == (
        Span(SAME, "会议在"),
        Span(REMOVED, "北"),
        Span(ADDED, "南"),
        Span(SAME, "京召开"),
    )


def test_a_western_word_or_number_changes_as_a_whole() -> None:
    assert difference("共2023家", "共2024家") == (
        Span(SAME, "共"),
        Span(REMOVED, "2023"),
        Span(ADDED, "2024"),
        Span(SAME, "家"),
    )


def test_equal_texts_have_no_change() -> None:
    assert difference("一字不差", "一字不差") == (Span(SAME, "一字不差"),)
    assert difference("", "") == ()
    assert not is_changed(difference("一", "一"))


@given(st.text(alphabet="甲乙丙ab1 ，", max_size=30), st.text(alphabet="甲乙丙ab1 ，", max_size=30))
def test_both_texts_can_be_read_from_a_difference(old: str, new: str) -> None:
    spans = difference(old, new)
    assert "".join(span.text for span in spans if span.kind is not ADDED) == old
    assert "".join(span.text for span in spans if span.kind is not REMOVED) == new
    assert all(span.text for span in spans)
    assert all(one.kind is not other.kind for one, other in pairwise(spans))
    assert is_changed(spans) == (old != new)


def test_texts_too_long_to_compare_are_replaced_between_what_is_alike_at_both_ends() -> None:
    spans = difference("头" + "甲乙" * 3000 + "尾", "头" + "丙丁" * 3000 + "尾")
    assert [(span.kind, len(span.text)) for span in spans] == [(SAME, 1), (REMOVED, 6000), (ADDED, 6000), (SAME, 1)]


def test_an_item_is_compared_part_by_part() -> None:
    old = make_item_record(0, make_item("旧题", "第一段。", "第二段。", attribution=attributed_to("甲联盟")))
    words = make_item("新题", "第一段。", "补一段。", "第二段。", attribution=attributed_to("乙联盟"))
    new = replace(old, content=words)
    found = item_difference(ItemChange(ChangeKind.CHANGED, old, new))
    assert found.title == (Span(REMOVED, "旧"), Span(ADDED, "新"), Span(SAME, "题"))
    assert found.paragraphs == ((Span(SAME, "第一段。"),), (Span(ADDED, "补一段。"),), (Span(SAME, "第二段。"),))
    assert is_changed(found.attribution)
    assert not is_changed(found.section)


@pytest.mark.parametrize("kind", [ChangeKind.ADDED, ChangeKind.REMOVED])
def test_an_item_that_came_or_went_is_all_of_one_kind(kind: ChangeKind) -> None:
    item = make_item_record(0, make_item("题目", "正文。"))
    gone = replace(item, withdrawn=PUBLISHED + timedelta(days=1))
    change = ItemChange(kind, None, item) if kind is ChangeKind.ADDED else ItemChange(kind, item, gone)
    found = item_difference(change)
    expected = ADDED if kind is ChangeKind.ADDED else REMOVED
    assert {span.kind for line in (found.section, found.title, *found.paragraphs) for span in line} == {expected}
