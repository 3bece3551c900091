"""Names of accounts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor import access
from distributor.errors import Refused


@pytest.mark.parametrize(
    ("typed", "name"),
    [(" Li ", "li"), ("ＬＩ", "li"), ("李明", "李明"), ("li.ming@most-1", "li.ming@most-1"), ("编辑1", "编辑1")],
)
def test_however_it_is_typed_it_is_one_account(typed: str, name: str) -> None:
    assert access.clean_name(typed) == name


@pytest.mark.parametrize("typed", ["", "  ", "a b", "a/b", "-a", "a\nb", "a\tb", "<b>", "x" * 41, "a\u202eb", "a\x00b"])
def test_what_would_not_stand_in_an_address_or_a_table_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match="user-name"):
        access.clean_name(typed)


@given(st.text(max_size=60))
def test_a_clean_name_stays_as_it_is(typed: str) -> None:
    try:
        name = access.clean_name(typed)
    except Refused:
        return
    assert access.clean_name(name) == name
    assert name.isprintable()
