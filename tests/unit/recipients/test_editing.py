from dataclasses import replace
from datetime import date

import pytest

from distributor.errors import Refused
from distributor.model.history import Action, Change, Subject
from distributor.model.recipient import Group, MailboxRole, Organization
from distributor.recipients import Edit, changed_book, edited, forget_organization, merged
from tests.support.books import REPORT, SEND, body, book, mailbox
from tests.support.sentences import is_said

MOST, MOF = body("most", "科学技术部", "国家科技部", short="科技部"), body("mof", "财政部")


def one(subject: Subject, key: str | None, before: object = None, **values: object) -> Change:
    (change,) = edited(Edit(subject, key, values), before)  # type: ignore[arg-type]
    return change


def test_an_edit_changes_the_fields_it_names_and_no_other() -> None:
    change = one(Subject.ORGANIZATION, "most", MOST, short_name="科技部（机关）", valid_to="2027-01-31")
    assert change.after == replace(MOST, short_name="科技部（机关）", valid_to=date(2027, 1, 31))
    assert change.fields == ("short_name", "valid_to")


def test_an_empty_field_of_a_form_is_no_value() -> None:
    assert one(Subject.ORGANIZATION, "most", MOST, short_name="  ").after == replace(MOST, short_name=None)
    assert one(Subject.ORGANIZATION, "most", MOST, aliases=()).after == replace(MOST, aliases=())


def test_an_edit_that_says_the_same_changes_nothing() -> None:
    assert edited(Edit(Subject.ORGANIZATION, "most", {"name": "科学技术部"}), MOST) == ()
    assert edited(Edit(Subject.ORGANIZATION, "gone", None), None) == ()


def test_a_new_row_is_read_like_a_row_of_a_file() -> None:
    change = one(Subject.CONTACT, None, organization="most", address="kjt＠hebei。example", mailbox="cc")
    assert (change.action, change.id) == (Action.ADD, "most kjt@hebei.example")
    assert change.after == mailbox("most", "kjt@hebei.example", mailbox=MailboxRole.CC)
    assert one(Subject.GROUP, None, id="g", name="各部委", members=["most"]).after == Group(
        "g", "各部委", (), ("most",)
    )
    assert one(Subject.LIST, None, id="fa", name="下发", labels=["发"], role="issue").id == "fa"


def test_a_mailbox_that_gets_another_address_is_removed_and_added() -> None:
    before = mailbox("most", name="阅办")
    gone, come = edited(Edit(Subject.CONTACT, "most bulletin@most.example", {"address": "new@most.example"}), before)
    assert (gone.action, gone.before) == (Action.REMOVE, before)
    assert (come.action, come.after) == (Action.ADD, replace(before, address="new@most.example"))


def test_another_case_of_an_address_is_a_change() -> None:
    change = one(Subject.CONTACT, "most bulletin@most.example", mailbox("most"), address="Bulletin@most.example")
    assert (change.action, change.fields) == (Action.CHANGE, ("address",))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": ""}, "edit-missing-key"),
        ({"name": "甲\u200b乙"}, "edit-unseen-characters"),
        ({"name": "甲" * 201}, "edit-too-long"),
        ({"kind": "planet"}, "edit-unknown-value"),
        ({"valid_from": "gestern"}, "edit-wrong-type"),
        ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "edit-dates"),
        ({"id": "other"}, "edit-id-fixed"),
        ({"id": "部"}, "edit-id-form"),
    ],
)
def test_a_wrong_value_is_refused_in_words(values: dict[str, object], code: str) -> None:
    with pytest.raises(Refused) as refused:
        edited(Edit(Subject.ORGANIZATION, "most", values), MOST)
    assert refused.value.code == code
    assert is_said(refused.value)


def test_an_address_that_cannot_be_used_is_refused_with_its_body() -> None:
    with pytest.raises(Refused) as refused:
        edited(Edit(Subject.CONTACT, None, {"organization": "most", "address": "kjt@hebei"}), None)
    assert refused.value.code == "edit-address"
    assert is_said(refused.value)


def test_a_book_after_an_edit_has_the_new_rows() -> None:
    changes = [
        Change(Action.CHANGE, Subject.ORGANIZATION, "most", MOST, replace(MOST, short_name="科")),
        Change(Action.REMOVE, Subject.ORGANIZATION, "mof", MOF),
        Change(Action.ADD, Subject.GROUP, "g", None, Group("g", "各部委", (), ("most",))),
        Change(Action.CHANGE, Subject.LIST, "bao", REPORT, replace(REPORT, default=("most",))),
    ]
    new = changed_book(book([MOST, MOF]), changes)
    assert [value.short_name for value in new.organizations] == ["科"]
    assert new.groups[0].members == ("most",)
    assert new.lists == (replace(REPORT, default=("most",)), SEND)
    assert new.contacts == ()


@pytest.mark.parametrize(
    ("subject", "after", "code"),
    [
        (Subject.ORGANIZATION, Organization("x", "科技部", MOST.kind), "edit-shared-name"),
        (Subject.GROUP, Group("x", "各部委", (), ("nobody",)), "edit-unknown-member"),
        (Subject.GROUP, Group("x", "各部委", (), ("x",)), "edit-group-cycle"),
        (Subject.LIST, replace(SEND, id="x", labels=("呈报",)), "edit-shared-label"),
        (Subject.ORGANIZATION, Organization("x", "新单位", MOST.kind, parent="x"), "edit-parent-cycle"),
    ],
)
def test_an_edit_never_makes_a_book_that_contradicts_itself(subject: Subject, after: object, code: str) -> None:
    with pytest.raises(Refused) as refused:
        changed_book(book([MOST, MOF]), [Change(Action.ADD, subject, "x", None, after)])  # type: ignore[arg-type]
    assert refused.value.code == code
    assert is_said(refused.value)


def test_a_body_that_goes_leaves_groups_lists_and_children() -> None:
    child = body("office", "科技部办公厅", parent="most")
    made = book(
        [MOST, MOF, child],
        groups=[Group("g", "各部委", (), ("most", "mof")), Group("most-too", "其他", (), ("mof",))],
        lists=[replace(REPORT, default=("most",), members=("most", "mof")), SEND],
    )
    changes = forget_organization(made, "most")
    assert {(change.subject, change.id) for change in changes} == {
        (Subject.GROUP, "g"),
        (Subject.LIST, "bao"),
        (Subject.ORGANIZATION, "office"),
    }
    new = changed_book(made, [*changes, Change(Action.REMOVE, Subject.ORGANIZATION, "most", MOST)])
    assert [value.id for value in new.organizations] == ["mof", "office"]


def test_a_group_that_goes_leaves_the_groups_that_name_it() -> None:
    made = book([MOST], groups=[Group("a", "各甲", (), ("b",)), Group("b", "各乙", (), ("most",))])
    (change,) = forget_organization(made, "b")
    assert (change.id, change.after) == ("a", Group("a", "各甲"))


def test_changes_of_one_row_become_one_and_may_cancel_out() -> None:
    other = replace(MOST, short_name="科")
    third = replace(MOST, short_name="技")
    first = Change(Action.CHANGE, Subject.ORGANIZATION, "most", MOST, other)
    assert merged([first, Change(Action.CHANGE, Subject.ORGANIZATION, "most", other, MOST)]) == ()
    (both,) = merged([first, Change(Action.CHANGE, Subject.ORGANIZATION, "most", other, third)])
    assert (both.before, both.after, both.fields) == (MOST, third, ("short_name",))
    added = Change(Action.ADD, Subject.ORGANIZATION, "most", None, MOST)
    assert merged([added, Change(Action.REMOVE, Subject.ORGANIZATION, "most", MOST)]) == ()
