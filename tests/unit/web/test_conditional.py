from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.web.conditional import (
    Span,
    UnsatisfiableRange,
    Validators,
    http_date,
    is_unchanged,
    requested_span,
)

CHANGED = datetime(2023, 12, 5, 1, 30, tzinfo=UTC)
STATE = Validators('"abc"', CHANGED)
OLD = "Mon, 04 Dec 2023 01:30:00 GMT"
SAME = "Tue, 05 Dec 2023 01:30:00 GMT"
NEW = "Wed, 06 Dec 2023 01:30:00 GMT"


@pytest.mark.parametrize(
    "header",
    ['"abc"', 'W/"abc"', '"x", "abc"', '"x",W/"abc","y"', "*", " * ", ' "abc" ', '"a,b", "abc"'],
)
def test_a_known_entity_tag_is_unchanged(header: str) -> None:
    assert is_unchanged(STATE, header, None)


@pytest.mark.parametrize("header", ['"x"', "abc", "", '"abc', '"ABC"', '"abc-gzip"', '"x, abc"', "W/*"])
def test_another_entity_tag_is_changed(header: str) -> None:
    assert not is_unchanged(STATE, header, None)


def test_if_none_match_is_asked_alone() -> None:
    assert not is_unchanged(STATE, '"x"', NEW)
    assert is_unchanged(STATE, '"abc"', OLD)


@pytest.mark.parametrize(
    ("since", "unchanged"),
    [
        (OLD, False),
        (SAME, True),
        (NEW, True),
        ("Tuesday, 05-Dec-23 01:30:00 GMT", True),
        ("Tue Dec  5 01:30:00 2023", True),
        ("Tue, 05 Dec 2023 09:30:00 +0800", True),
        ("yesterday", False),
        ("", False),
    ],
)
def test_if_modified_since_is_compared_by_the_second(since: str, unchanged: bool) -> None:
    assert is_unchanged(STATE, None, since) is unchanged


def test_without_conditions_or_without_a_date_everything_is_sent() -> None:
    assert not is_unchanged(STATE, None, None)
    assert not is_unchanged(Validators('"abc"'), None, NEW)


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_header_value_breaks_the_comparison(none_match: str, since: str) -> None:
    assert is_unchanged(STATE, none_match, since) in {True, False}
    assert is_unchanged(STATE, None, since) in {True, False}


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-0", Span(0, 0)),
        ("bytes=0-99", Span(0, 9)),
        ("bytes=3-", Span(3, 9)),
        ("bytes=-4", Span(6, 9)),
        ("bytes=-40", Span(0, 9)),
        ("Bytes = 2 - 5", Span(2, 5)),
    ],
)
def test_one_range_is_a_span_within_the_body(header: str, span: Span) -> None:
    assert requested_span(STATE, 10, header, None) == span


@pytest.mark.parametrize(
    "header", [None, "", "bytes=", "bytes=-", "bytes=5-3", "bytes=a-b", "items=0-1", "bytes=0-1,3-4"]
)
def test_what_is_no_single_range_means_the_whole(header: str | None) -> None:
    assert requested_span(STATE, 10, header, None) is None


@pytest.mark.parametrize(("header", "size"), [("bytes=10-", 10), ("bytes=-0", 10), ("bytes=0-", 0), ("bytes=-1", 0)])
def test_a_range_outside_the_body_cannot_be_satisfied(header: str, size: int) -> None:
    with pytest.raises(UnsatisfiableRange):
        requested_span(STATE, size, header, None)


@pytest.mark.parametrize(
    ("if_range", "applies"),
    [('"abc"', True), ('"x"', False), ('W/"abc"', False), (SAME, True), (OLD, False), (NEW, False), ("soon", False)],
)
def test_a_range_counts_only_for_the_state_it_was_meant_for(if_range: str, applies: bool) -> None:
    assert (requested_span(STATE, 10, "bytes=0-1", if_range) is not None) is applies


def test_a_date_says_nothing_about_a_body_without_one() -> None:
    assert requested_span(Validators('"abc"'), 10, "bytes=0-1", SAME) is None


@given(st.text(max_size=40), st.integers(0, 50))
def test_every_span_lies_within_the_body(header: str, size: int) -> None:
    try:
        span = requested_span(STATE, size, f"bytes={header}", None)
    except UnsatisfiableRange:
        return
    assert span is None or 0 <= span.first <= span.last < size


def test_a_span_says_where_it_stands() -> None:
    assert Span(2, 5).content_range(10) == "bytes 2-5/10"


def test_dates_are_written_in_greenwich_time() -> None:
    shanghai = timezone(timedelta(hours=8))
    assert http_date(datetime(2023, 12, 5, 9, 30, tzinfo=shanghai)) == SAME
