import re
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.publish.addresses import (
    Format,
    address,
    bulletin_address,
    home_address,
    item_address,
    original_address,
    slug,
    tag_uri,
)
from tests.support.records import make_publication

PUBLICATION = make_publication()
NAMES = st.text(st.characters(), max_size=60)


def test_a_chinese_name_stands_for_itself() -> None:
    assert slug("重要政策动态") == "重要政策动态"


def test_two_spellings_of_a_name_have_one_address() -> None:
    assert slug("WAPI产业联盟") == slug("ＷＡＰＩ 产业联盟") == "wapi产业联盟"


def test_signs_are_replaced_and_told_apart_by_a_digest() -> None:
    one, other = slug("科技厅（局）"), slug("科技厅、局")
    assert re.fullmatch("科技厅-局-[0-9a-f]{8}", one)
    assert re.fullmatch("科技厅-局-[0-9a-f]{8}", other)
    assert one != other


def test_a_long_name_is_cut_and_told_apart_by_a_digest() -> None:
    one, other = slug("产业" * 40), slug("产业" * 41)
    assert len(one) == len(other) == 32 + 9
    assert one != other


def test_a_name_without_any_letter_has_an_address_too() -> None:
    assert re.fullmatch("x-[0-9a-f]{8}", slug("———"))
    assert re.fullmatch("x-[0-9a-f]{8}", slug(""))


def test_a_plain_name_is_never_taken_for_one_with_a_digest() -> None:
    assert "-" not in slug("产业联盟")


@given(NAMES)
def test_an_address_part_is_short_and_safe_in_paths(name: str) -> None:
    part = slug(name)
    assert part
    assert len(part) <= 41
    assert not set(part) & set("/\\.:?#%&<>\"'* \n\t")


@given(NAMES)
def test_the_address_of_a_path_leads_back_to_the_path(name: str) -> None:
    path = f"feeds/sections/{slug(name)}.json"
    url = address(PUBLICATION, path)
    assert url.isascii()
    assert unquote(urlsplit(url).path) == f"/{path}"


@given(NAMES)
def test_tag_uris_hold_only_what_rfc_4151_allows(name: str) -> None:
    uri = tag_uri(PUBLICATION, f"feeds/sections/{slug(name)}")
    assert re.fullmatch(r"tag:xiefa\.example,2026:xiefa/[A-Za-z0-9\-._~!$&'()*+,;=:@/?%]+", uri)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (home_address(PUBLICATION), "https://bulletin.xiefa.example/"),
        (item_address(PUBLICATION, "k1"), "https://bulletin.xiefa.example/items/k1"),
        (bulletin_address(PUBLICATION, "b1"), "https://bulletin.xiefa.example/bulletins/b1"),
        (original_address(PUBLICATION, "b1"), "https://bulletin.xiefa.example/bulletins/b1/original"),
    ],
)
def test_pages_stand_under_the_base_address(made: str, expected: str) -> None:
    assert made == expected


def test_feeds_are_served_with_their_own_types() -> None:
    assert [form.content_type for form in Format] == [
        "application/rss+xml; charset=utf-8",
        "application/atom+xml; charset=utf-8",
        "application/feed+json; charset=utf-8",
    ]
