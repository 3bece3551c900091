import tomllib
from datetime import date

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from distributor.model.recipient import (
    AddressBook,
    Contact,
    Group,
    MailboxRole,
    MailFormat,
    Organization,
    OrganizationKind,
    RecipientList,
    Role,
)
from distributor.recipients import compare_books, export_address_book, read_address_book
from distributor.text import unseen_in
from tests.support.books import body, book, mailbox, shipped_book


def again(exported: tuple[str, str]) -> AddressBook:
    return read_address_book(tomllib.loads(exported[0]), tomllib.loads(exported[1]))


def test_the_usual_values_are_left_out() -> None:
    organizations, recipients = export_address_book(book([body("most", "科学技术部", "科技部")], lists=[]))
    assert (
        organizations
        == '[[organizations]]\nid = "most"\nname = "科学技术部"\nkind = "ministry"\naliases = ["科技部"]\n'
    )
    assert recipients == '[[contacts]]\norganization = "most"\naddress = "bulletin@most.example"\n'


def test_the_shipped_book_survives_export_and_exports_to_the_same_bytes_again() -> None:
    shipped = shipped_book()
    exported = export_address_book(shipped)
    assert again(exported) == shipped
    assert export_address_book(again(exported)) == exported


def test_applying_an_export_changes_nothing() -> None:
    shipped = shipped_book()
    assert compare_books(shipped, again(export_address_book(shipped))) == ()


def test_every_value_is_written() -> None:
    full = AddressBook(
        (
            Organization("a", '甲"\\', OrganizationKind.LOCAL, "甲", ("一" * 40, "二" * 40), None, date(2026, 1, 1)),
            Organization("b", "乙", OrganizationKind.OTHER, parent="a", valid_to=date(2026, 1, 1)),
        ),
        (Contact("a@b.example", "a", "办公室", MailboxRole.BACKUP, "en", MailFormat.TEXT, date(2026, 1, 1)),),
        (Group("g", "各单位", ("所有单位",), ("a", "b")),),
        (RecipientList("l", "名单", (), Role.SUBSCRIBER, must_receive=False, default=("g",), subject="{title}"),),
    )
    exported = export_address_book(full)
    assert again(exported) == full
    assert "must_receive = false" in exported[1]
    assert f'aliases = [\n    "{"一" * 40}",\n    "{"二" * 40}",\n]' in exported[0]


def test_an_empty_book_is_two_empty_texts() -> None:
    assert export_address_book(AddressBook()) == ("", "")


PRINTED = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=20)


@settings(deadline=None)
@given(PRINTED, PRINTED)
def test_any_printable_text_survives_export(name: str, display: str) -> None:
    assume(not unseen_in(name + display))
    made = book([body("x", f"“{name}”")], [mailbox("x", name=f"“{display}”")])
    assert again(export_address_book(made)) == made


def test_control_characters_of_a_stored_name_are_escaped() -> None:
    exported, _ = export_address_book(book([body("x", "甲\x00\x7f\n乙")]))
    assert tomllib.loads(exported)["organizations"][0]["name"] == "甲\x00\x7f\n乙"
