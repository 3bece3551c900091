import pytest

from distributor.errors import Refused
from distributor.model.message import Slot, Variant, marker, split_at_slots
from distributor.text import remove_unseen
from tests.support.messages import make_personal


def test_a_variant_comes_back_from_its_bytes() -> None:
    for html in (None, "<p>简报</p>"):
        variant = Variant("简报 第12期", html, f"{marker(Slot.GREETING)}：\n")
        assert Variant.from_bytes(variant.to_bytes()) == variant


def test_equal_variants_have_equal_hashes_and_a_changed_word_has_another() -> None:
    assert Variant("a", None, "b").hash == Variant("a", None, "b").hash
    assert Variant("a", None, "b").hash != Variant("a", None, "c").hash


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b'{"html":null,"subject":"a","text":"b" }', b'{"a":1,"html":null,"subject":"a","text":"b"}'],
)
def test_bytes_that_are_no_variant_are_refused(data: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        Variant.from_bytes(data)
    assert refusal.value.code == "variant-damaged"


def test_a_text_is_split_at_its_slots() -> None:
    text = f"前{marker(Slot.GREETING)}中{marker(Slot.UNSUBSCRIBE_URL)}"
    assert split_at_slots(text) == ("前", Slot.GREETING, "中", Slot.UNSUBSCRIBE_URL, "")


@pytest.mark.parametrize("text", ["\ufdd0nobody\ufdd1", "\ufdd0greeting", "greeting\ufdd1", "\ufdd0\ufdd1"])
def test_a_marker_that_names_no_slot_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        split_at_slots(text)


def test_cleaning_removes_every_marker_from_the_text_of_a_bulletin() -> None:
    cleaned, _ = remove_unseen(f"简报{marker(Slot.GREETING)}")
    assert split_at_slots(cleaned) == (cleaned,)


def test_a_reader_has_a_value_for_every_slot() -> None:
    personal = make_personal()
    assert [personal.value(slot) for slot in Slot] == [
        personal.greeting,
        personal.unsubscribe_url,
        personal.preferences_url,
    ]
