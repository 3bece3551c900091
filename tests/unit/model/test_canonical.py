"""Equal values have equal bytes; different values do not."""

from datetime import UTC, date, datetime, time, timedelta
from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.model.bulletin import Attribution, Item, Visibility
from distributor.model.canonical import canonical_json, digest, digest_bytes, plain

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(VALUES)
def test_the_same_value_always_has_the_same_hash(value: object) -> None:
    assert digest(value) == digest(value)
    assert len(digest(value)) == 64


def test_the_order_of_keys_does_not_matter() -> None:
    assert canonical_json({"b": 1, "a": "文"}) == canonical_json({"a": "文", "b": 1}) == '{"a":"文","b":1}'.encode()


def test_a_value_of_the_model_becomes_plain() -> None:
    item = Item("标题", ("段",), Attribution("（甲供稿）", "供稿", ("甲",)), visibility=Visibility.MAIL_ONLY)
    assert plain(item) == {
        "title": "标题",
        "paragraphs": ["段"],
        "attribution": {"raw": "（甲供稿）", "kind": "供稿", "organizations": ["甲"], "persons": [], "source": None},
        "line": 0,
        "confidence": 1.0,
        "visibility": "mail only",
    }


def test_dates_times_and_sets_become_plain() -> None:
    assert plain([date(2026, 1, 2), datetime(2026, 1, 2, tzinfo=UTC), time(8, 30), timedelta(hours=6)]) == [
        "2026-01-02",
        "2026-01-02T00:00:00+00:00",
        "08:30:00",
        21600.0,
    ]
    assert plain(frozenset({"b", "a"})) == ["a", "b"]


def test_a_type_without_a_canonical_form_is_refused() -> None:
    with pytest.raises(TypeError, match="no canonical form for object"):
        plain(object())
    with pytest.raises(TypeError, match="no canonical form for type"):
        plain(Item)


def test_an_enum_becomes_its_value() -> None:
    class Colour(Enum):
        RED = 1

    assert plain(Colour.RED) == 1


def test_bytes_are_hashed_as_they_are() -> None:
    assert digest_bytes(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
