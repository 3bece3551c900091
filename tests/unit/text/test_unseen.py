import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.text import UnseenKind, remove_unseen, unseen_in

UNSEEN = st.sampled_from(
    "\x00\x0b\x1c\x7f\x85\u2028\u200b\u200d\ufeff\u202e\u2066\u00ad\ufe0f\U000e0101\U000e0041\ud800"
)


def test_plain_text_is_untouched() -> None:
    text = "近日，A 与 B\t签约。\r\n\f第二页\n"
    assert remove_unseen(text) == (text, ())
    assert not unseen_in(text)


@pytest.mark.parametrize(
    ("character", "kind"),
    [
        ("\x00", UnseenKind.CONTROL),
        ("\x07", UnseenKind.CONTROL),
        ("\x7f", UnseenKind.CONTROL),
        ("\x85", UnseenKind.CONTROL),
        ("\u2028", UnseenKind.CONTROL),
        ("\ufffc", UnseenKind.CONTROL),
        ("\udc80", UnseenKind.CONTROL),
        ("\uffff", UnseenKind.CONTROL),
        ("\U0010fffe", UnseenKind.CONTROL),
        ("\u200b", UnseenKind.INVISIBLE),
        ("\u00ad", UnseenKind.INVISIBLE),
        ("\ufeff", UnseenKind.INVISIBLE),
        ("\u3164", UnseenKind.INVISIBLE),
        ("\U000e0041", UnseenKind.INVISIBLE),
        ("\u202e", UnseenKind.BIDI),
        ("\u2069", UnseenKind.BIDI),
        ("\u200f", UnseenKind.BIDI),
    ],
)
def test_each_kind_is_removed_and_counted_where_it_stood(character: str, kind: UnseenKind) -> None:
    text, removed = remove_unseen(f"联盟{character}{character}动态")
    assert text == "联盟动态"
    assert [(r.kind, r.offset, r.count) for r in removed] == [(kind, 2, 2)]
    assert unseen_in(character)


def test_replacement_and_private_use_characters_are_seen() -> None:
    assert not unseen_in("\ufffd\uf0b7\U000f0000")


def test_a_removed_separator_leaves_a_blank_between_western_words_only() -> None:
    assert remove_unseen("Open\x0bSource 近日\u2028举行\x0bNow")[0] == "Open Source 近日举行Now"
    assert remove_unseen("Open\x00Source\u200bCode")[0] == "OpenSourceCode"


def test_a_variation_selector_stays_with_its_ideograph_and_goes_without_one() -> None:
    assert remove_unseen("葛\U000e0100飾")[0] == "葛\U000e0100飾"
    assert remove_unseen("❤\ufe0f\ufe0f \ufe0f")[0] == "❤\ufe0f "
    assert remove_unseen("\ufe0f文\u200b\ufe0f")[0] == "文"


@given(st.text(st.one_of(st.sampled_from("ab 近\n"), UNSEEN)))
def test_removing_twice_removes_nothing_more(text: str) -> None:
    once, _ = remove_unseen(text)
    assert remove_unseen(once) == (once, ())


@given(st.text())
def test_offsets_rise_and_lie_within_what_remains(text: str) -> None:
    kept, removed = remove_unseen(text)
    offsets = [r.offset for r in removed]
    assert offsets == sorted(offsets)
    assert all(0 <= offset <= len(kept) for offset in offsets)
    blanks = len(kept) + sum(r.count for r in removed) - len(text)
    assert 0 <= blanks <= len(removed)
