from dataclasses import replace

import pytest

from distributor.model.history import Action, Change, Subject
from distributor.model.recipient import AddressBook, Group, MailboxRole
from distributor.recipients import MassRemoval, compare_books, mass_removal, totals_of
from tests.support.books import REPORT, SEND, body, book, mailbox

MOST, MOF = body("most", "科学技术部"), body("mof", "财政部")


def test_the_same_book_needs_no_change() -> None:
    assert compare_books(book([MOST]), book([MOST])) == ()


def test_a_new_book_adds_every_row() -> None:
    changes = compare_books(AddressBook(), book([MOST], groups=[Group("g", "各单位")]))
    assert {change.action for change in changes} == {Action.ADD}
    assert [(change.subject, change.id) for change in changes] == [
        (Subject.ORGANIZATION, "most"),
        (Subject.GROUP, "g"),
        (Subject.CONTACT, "most bulletin@most.example"),
        (Subject.LIST, "bao"),
        (Subject.LIST, "song"),
    ]


def test_a_changed_row_names_its_changed_fields() -> None:
    old = book([MOST], [mailbox("most", "A@most.example")])
    new = book([replace(MOST, short_name="科技部")], [mailbox("most", "a@most.example", mailbox=MailboxRole.CC)])
    renamed, moved = compare_books(old, new)
    assert (renamed.before, renamed.after, renamed.fields) == (MOST, new.organizations[0], ("short_name",))
    assert (moved.subject, moved.fields) == (Subject.CONTACT, ("address", "mailbox"))


def test_a_missing_row_is_removed() -> None:
    (organization, contact) = compare_books(book([MOST, MOF]), book([MOST]))
    assert (organization.action, organization.id, organization.after) == (Action.REMOVE, "mof", None)
    assert contact.id == "mof bulletin@mof.example"


def test_the_order_of_lists_counts_and_that_of_bodies_does_not() -> None:
    changes = compare_books(book([MOST, MOF], lists=[REPORT, SEND]), book([MOF, MOST], lists=[SEND, REPORT]))
    assert [(change.id, change.fields) for change in changes] == [("song", ("order",)), ("bao", ("order",))]


def test_a_list_added_in_front_moves_no_other() -> None:
    (change,) = compare_books(book(lists=[SEND]), book(lists=[REPORT, SEND]))
    assert (change.action, change.id) == (Action.ADD, "bao")


@pytest.mark.parametrize(
    ("removed", "total", "is_asked"), [(9, 9, False), (10, 50, False), (10, 49, True), (100, 400, True), (0, 0, False)]
)
def test_ten_removals_and_more_than_a_fifth_are_asked_about(removed: int, total: int, is_asked: bool) -> None:
    changes = [
        Change(Action.REMOVE, Subject.CONTACT, f"most {number}@x.example", mailbox("most", f"{number}@x.example"))
        for number in range(removed)
    ]
    found = mass_removal(changes, {Subject.CONTACT: total, Subject.GROUP: 5})
    assert found == (MassRemoval(Subject.CONTACT, removed, total) if is_asked else None)


def test_the_rows_of_a_book_are_counted_by_kind() -> None:
    counted = totals_of(book([MOST, MOF], groups=[Group("g", "各部委")]))
    assert counted == {Subject.ORGANIZATION: 2, Subject.GROUP: 1, Subject.CONTACT: 2, Subject.LIST: 2}


def test_a_change_taken_back_is_its_reverse() -> None:
    added = Change(Action.ADD, Subject.ORGANIZATION, "most", None, MOST)
    assert added.reversed == Change(Action.REMOVE, Subject.ORGANIZATION, "most", MOST)
    assert added.reversed.reversed == added
