import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.web.negotiation import accepts_gzip, choose_language, known_language, weigh


@pytest.mark.parametrize(
    "header",
    ["gzip", "GZIP", "br, gzip", "gzip;q=0.5", "*", "x-gzip", "deflate, *;q=0.1", "gzip, identity", "gzip; q=1.0"],
)
def test_gzip_is_taken_where_it_is_welcome(header: str) -> None:
    assert accepts_gzip(header)


@pytest.mark.parametrize(
    "header",
    [
        *(None, "", "br", "identity", "gzip;q=0", "gzip;q=0.000", "*;q=0", "gzip;q=0, *", "gzip;q=nan"),
        *("gzip;q=-1", "gzip;q=", "gzip;q=0.3, identity;q=0.7"),
    ],
)
def test_gzip_is_left_where_it_is_refused_or_less_liked(header: str | None) -> None:
    assert not accepts_gzip(header)


@pytest.mark.parametrize(
    ("asked", "header", "chosen"),
    [
        (None, None, "zh_CN"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh_CN"),
        (None, "en;q=0.3, zh;q=0.7", "zh_CN"),
        (None, "de, fr;q=0.5", "zh_CN"),
        (None, "de, en;q=0.5", "en"),
        (None, "en;q=0", "zh_CN"),
        (None, "en, zh", "zh_CN"),
        ("en", "zh-CN", "en"),
        ("zh", "en", "zh_CN"),
        ("zh_CN", "en", "zh_CN"),
        ("tlh", "en", "en"),
        ("", "en", "en"),
    ],
)
def test_the_address_wins_over_the_browser_and_the_browser_over_the_default(
    asked: str | None, header: str | None, chosen: str
) -> None:
    assert choose_language(asked, header, "zh_CN") == chosen


def test_the_default_may_be_english() -> None:
    assert choose_language(None, None, "en") == "en"
    assert choose_language(None, "zh, en", "en") == "en"
    assert choose_language(None, "zh", "en") == "zh_CN"


def test_a_language_is_known_by_its_primary_tag() -> None:
    assert [known_language(tag) for tag in ("en-US", "zh-Hans-CN", "ZH", "e", "*", None)] == [
        *("en", "zh_CN", "zh_CN"),
        *(None, None, None),
    ]


def test_weights_are_read_with_their_parameters() -> None:
    assert weigh("a;level=1;q=0.5, b , ;q=1,c;q=7") == {"a": 0.5, "b": 1.0, "c": 1.0}


@given(st.text(max_size=80))
def test_no_header_value_breaks_the_choice(header: str) -> None:
    assert choose_language(header, header, "zh_CN") in {"zh_CN", "en"}
    assert all(0 <= weight <= 1 for weight in weigh(header).values())
