import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.errors import FileRefused
from distributor.ingest.charset import Decoded
from distributor.ingest.plain import lines_of, read_text
from distributor.model.finding import Finding
from distributor.model.lines import Form, Source

LETTERS = st.text(st.sampled_from("近日联盟，。AB 　\r\n\f\x0b\x1c\x85\u2028\u200b\ufeff⻓"), min_size=1)


def read(text: str) -> Source:
    return lines_of(Decoded(text, "utf-8"))


def texts(text: str) -> list[str]:
    return [line.text for line in read(text).lines]


def finding(source: Source, code: str) -> Finding:
    return next(f for f in source.findings if f.code == code)


def test_lines_end_at_cr_lf_cr_and_lf_only() -> None:
    assert texts("甲\r\n乙\r丙\n丁\n\n戊") == ["甲", "乙", "丙", "丁", "", "戊"]


@pytest.mark.parametrize("separator", ["\x0b", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_other_separators_split_nothing_and_are_reported(separator: str) -> None:
    source = read(f"第一行\n近日{separator}联盟")
    assert [line.text for line in source.lines] == ["第一行", "近日联盟"]
    assert finding(source, "removed-control-characters").line == 2


@pytest.mark.parametrize("separator", ["\x0b", "\x1e", "\x85", "\u2028", "\u2029"])
def test_other_separators_end_the_lines_of_a_file_that_has_no_other_line_ends(separator: str) -> None:
    assert texts(separator.join(("甲", "乙", "丙"))) == ["甲", "乙", "丙"]
    assert texts(separator.join(("甲", "乙", "丙\n"))) == ["甲", "乙", "丙"]


def test_spaces_at_both_ends_stay_as_evidence() -> None:
    assert texts(" 近日 \n　　联盟\t\n") == [" 近日 ", "　　联盟\t"]


def test_lines_are_numbered_as_an_editor_numbers_them() -> None:
    assert [line.number for line in read("甲\n\n乙\n").lines] == [1, 2, 3]


def test_a_form_feed_starts_a_page_and_ends_no_line_of_its_own() -> None:
    lines = read("甲\n- 1 -\n\f乙\n\f").lines
    assert [(line.text, line.page) for line in lines] == [("甲", 1), ("- 1 -", 1), ("乙", 2)]


def test_a_form_feed_inside_a_line_ends_it() -> None:
    assert [(line.text, line.page) for line in read("甲\f乙").lines] == [("甲", 1), ("乙", 2)]


def test_empty_lines_around_a_page_start_stay() -> None:
    assert texts("甲\n\n\f\n乙") == ["甲", "", "", "乙"]


def test_text_without_form_feeds_has_no_pages() -> None:
    assert [line.page for line in read("甲\n乙").lines] == [None, None]


def test_removed_characters_are_counted_with_their_first_line() -> None:
    source = read("甲\n乙\u200b\u200b\x00\n\u202e丙\u200b\n")
    assert [line.text for line in source.lines] == ["甲", "乙", "丙"]
    assert finding(source, "removed-invisible-characters").parameters == {"count": "3", "lines": "2"}
    assert finding(source, "removed-invisible-characters").line == 2
    assert finding(source, "removed-bidi-characters").line == 3
    assert finding(source, "removed-control-characters").parameters == {"count": "1", "lines": "1"}


def test_an_unseen_character_before_the_first_line_belongs_to_it() -> None:
    assert finding(read("\u200b甲\n乙"), "removed-invisible-characters").line == 1


def test_radicals_are_folded_and_other_compatibility_forms_stay() -> None:
    assert texts("⻓江⻄部Ⅳ①㎡ＡＢ") == ["长江西部Ⅳ①㎡ＡＢ"]


def test_a_text_that_was_cut_off_is_reported_at_its_last_line() -> None:
    source = read_text("近日，联盟召开会议。\n各单位参加了会议，并讨论了报告".encode()[:-1])
    assert finding(source, "truncated-text").line == 2


@pytest.mark.parametrize("text", ["", "\n\n", "\f", " \u3000\n\t", "\u200b\ufeff\x00"])
def test_text_without_a_visible_character_is_refused(text: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read(text)
    assert refused.value.code == "no-text"


@pytest.mark.parametrize("text", ["近" * 2_000_001, "近\n" * 100_001])
def test_far_too_much_text_is_refused(text: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read(text)
    assert refused.value.code == "too-much-text"


@given(LETTERS)
def test_no_visible_character_is_lost_or_added(text: str) -> None:
    visible = [c for c in text.replace("⻓", "长") if c in "近日联盟，。AB长"]
    if not visible:
        return
    source = read(text)
    assert source.form is Form.TEXT
    assert [c for line in source.lines for c in line.text if c.strip()] == visible
    assert [line.number for line in source.lines] == list(range(1, len(source.lines) + 1))
    assert not any(set(line.text) & set("\r\n\f\x0b\x1c\x85\u2028\u200b\ufeff") for line in source.lines)


@given(st.lists(st.text(st.sampled_from("近日 AB"), max_size=5), min_size=1))
def test_lines_joined_by_line_feeds_come_back(lines: list[str]) -> None:
    if not any(line.strip() for line in lines):
        return
    assert texts("\n".join(lines) + "\n") == lines
