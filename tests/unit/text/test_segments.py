import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.text import segments, terms


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("科技部", ("科", "技", "部")),
        ("紫外LED国际", ("紫", "外", "led", "国", "际")),
        ("2023年第12期", ("2023", "年", "第", "12", "期")),
        ("PM2.5 与 BIM+", ("pm2", "5", "与", "bim")),
        ("ＬＥＤ", ("led",)),
        ("Café", ("cafe",)),
        ("Cafe\u0301", ("cafe",)),
        ("⻓三角", ("长", "三", "角")),
        ("“、。！", ()),
        ("", ()),
    ],
)
def test_a_chinese_character_is_a_word_and_so_is_a_run_of_letters(text: str, found: tuple[str, ...]) -> None:
    assert terms(text) == found


def test_rare_letters_are_spelled_by_their_number() -> None:
    assert terms("𠮷野家") == ("x20bb7", "野", "家")
    assert terms("β射线") == ("x3b2", "射", "线")


def test_a_word_knows_where_it_stands() -> None:
    text = "在ＢＩＭ＋会上"
    assert [text[one.begin : one.end] for one in segments(text)] == ["在", "ＢＩＭ", "会", "上"]


def test_words_without_end_are_cut() -> None:
    assert terms("a" * 5000) == ("a" * 64,)


@given(st.text(max_size=60))
def test_terms_hold_nothing_that_a_tokeniser_could_part(text: str) -> None:
    for segment in segments(text):
        assert segment.term
        assert all("a" <= c <= "z" or "0" <= c <= "9" or "\u3400" <= c <= "\u9fcc" for c in segment.term)
        assert 0 <= segment.begin < segment.end <= len(text)


@given(st.text(alphabet="科技ＡaÁ1①é \u3000，", max_size=30))
def test_the_terms_of_terms_are_the_same(text: str) -> None:
    assert terms(" ".join(terms(text))) == terms(text)
