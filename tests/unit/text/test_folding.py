import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.text import display_width, fold_radicals, has_han, is_cjk, is_han, is_western, match_key

WITHOUT_EQUIVALENT = {0x2E80, 0x2E9A}


def test_every_kangxi_radical_becomes_its_ideograph() -> None:
    for code in range(0x2F00, 0x2FD6):
        folded = fold_radicals(chr(code))
        assert folded == unicodedata.normalize("NFKC", chr(code))
        assert is_han(folded)


def test_every_supplement_radical_with_an_equivalent_becomes_an_ideograph() -> None:
    for code in range(0x2E80, 0x2EF4):
        if code not in WITHOUT_EQUIVALENT:
            assert is_han(fold_radicals(chr(code))), hex(code)


def test_folding_follows_nfkc_where_nfkc_knows_a_radical() -> None:
    for code in range(0x2E80, 0x2FD6):
        compatible = unicodedata.normalize("NFKC", chr(code))
        if compatible != chr(code):
            assert fold_radicals(chr(code)) == compatible


def test_words_with_radicals_read_as_they_were_meant() -> None:
    assert fold_radicals("⻓江⻄部⼤学⾼新⻰头⻔户⺠营") == "长江西部大学高新龙头门户民营"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_folding_keeps_the_length_and_everything_but_radicals(text: str) -> None:
    folded = fold_radicals(text)
    assert len(folded) == len(text)
    pairs = zip(text, folded, strict=True)
    assert all(a == b for a, b in pairs if not 0x2E80 <= ord(a) <= 0x2FD5)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("中国科学院（深圳）", "中国科学院(深圳)"),
        ("ＡＢＢ集团", "abb 集团"),
        ("科技部　办公厅", "科技部办公厅"),
        ("⻓江科技", "长江科技"),
        ("产业联盟“双碳”中心", "产业联盟「双碳」中心"),
        ("让·雅克研究院", "让•雅克研究院"),
        ("科技部\u200b火炬中心", "科技部火炬中心"),
        ("京津冀—长三角", "京津冀-长三角"),
        ("二○二三", "二〇二三"),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert match_key(one) == match_key(other)


def test_different_names_have_different_keys() -> None:
    assert match_key("科技部") != match_key("科技厅")
    assert match_key("第一研究所") != match_key("第二研究所")


@given(st.text())
def test_a_key_is_its_own_key(text: str) -> None:
    assert match_key(match_key(text)) == match_key(text)


def test_kinds_of_characters() -> None:
    assert [is_han(c) for c in "中〇々，A𠮷"] == [True, True, True, False, False, True]
    assert [is_cjk(c) for c in "中，（A1“"] == [True, True, True, False, False, False]
    assert [is_western(c) for c in "A1%é中“，"] == [True, True, True, True, False, False, False]
    assert has_han("No.第")
    assert not has_han("No. 12")


def test_width_counts_columns() -> None:
    assert display_width("联盟ABC") == 7
    assert display_width("“双碳”") == 8
    assert display_width("“双碳”", ambiguous=1) == 6
    assert display_width("e\u0301") == 1
