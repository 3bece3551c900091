"""Acts upon the address book: all or nothing, on record, and taken back as a whole."""

from dataclasses import replace
from pathlib import Path

import pytest

from distributor.access import AccessRole, Actor
from distributor.errors import Conflict, DistributorError, NotFound, Refused
from distributor.model.history import Action, BookAct, Subject
from distributor.model.recipient import MailboxRole
from distributor.recipients import Edit
from distributor.store.engine import Database
from distributor.usecases.accept_alias import accept_alias
from distributor.usecases.edit_book import edit_book
from distributor.usecases.find_recipients import find_suppressions, show_organization
from distributor.usecases.read_audit import read_audit
from distributor.usecases.read_history import list_acts, show_act
from distributor.usecases.suppress_address import suppress_address, unsuppress_address
from distributor.usecases.undo_act import undo_act
from tests.support.address_books import CLERK, SMALL, kept_book, with_book
from tests.support.books import body, book, mailbox
from tests.support.sentences import is_said

pytestmark = pytest.mark.anyio

MAILBOX = "most reading@most.example"


def contact(key: str | None, **values: object) -> Edit:
    return Edit(Subject.CONTACT, key, values or None)


async def test_an_edit_is_kept_with_who_and_what_was_before(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    act = await edit_book(context, CLERK, [contact(MAILBOX, mailbox="cc", name="阅办处")])
    assert act is not None
    assert (act.actor, act.act, act.count) == ("秘书处", BookAct.EDIT, 1)
    changed = (await kept_book(context)).contacts[1]
    assert (changed.name, changed.mailbox) == ("阅办处", MailboxRole.CC)
    (change,) = (await show_act(context, act.id)).changes
    assert (change.before, change.after, change.fields) == (SMALL.contacts[1], changed, ("name", "mailbox"))
    (entry,) = (await read_audit(context, limit=5)).entries
    assert (entry.actor, entry.touched.id) == ("秘书处", act.id)


async def test_an_edit_that_changes_nothing_is_no_act(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    assert await edit_book(context, CLERK, [contact(MAILBOX, name="阅办")]) is None
    assert await list_acts(context) == ()


async def test_many_edits_are_one_act_and_are_taken_back_together(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    edits = [
        contact(MAILBOX, address="moved@most.example"),
        contact("storage office@storage.example", format="text"),
        contact(None, organization="mof", address="bulletin@mof.example"),
        Edit(Subject.GROUP, "ministries", {"members": ["most", "mof", "storage"]}),
    ]
    act = await edit_book(context, CLERK, edits)
    assert act is not None
    assert act.count == 5
    assert {value.address for value in (await kept_book(context)).contacts} == {
        "bulletin@most.example",
        "moved@most.example",
        "office@storage.example",
        "bulletin@mof.example",
    }
    undone = await undo_act(context, CLERK, act.id)
    kept = await kept_book(context)
    assert set(kept.contacts) == set(SMALL.contacts)
    assert replace(kept, contacts=()) == replace(SMALL, contacts=())
    assert [(one.act, one.undone) for one in await list_acts(context)] == [
        (BookAct.UNDO, None),
        (BookAct.EDIT, undone.id),
    ]
    with pytest.raises(Conflict, match="act-undone"):
        await undo_act(context, CLERK, act.id)


async def test_an_undo_can_be_undone(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    act = await edit_book(context, CLERK, [contact(MAILBOX)])
    undone = await undo_act(context, CLERK, act.id if act else "")
    await undo_act(context, CLERK, undone.id)
    assert len((await kept_book(context)).contacts) == 2


async def test_what_was_changed_again_is_not_overwritten_by_an_undo(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    act = await edit_book(context, CLERK, [contact(MAILBOX, name="一处")])
    await edit_book(context, CLERK, [contact(MAILBOX, name="二处")])
    with pytest.raises(Conflict) as refused:
        await undo_act(context, CLERK, act.id if act else "")
    assert (refused.value.code, refused.value.parameters) == ("row-changed-since", {"key": MAILBOX})
    assert (await kept_book(context)).contacts[1].name == "二处"


async def test_a_mailbox_does_not_come_back_to_a_body_that_is_gone(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    act = await edit_book(context, CLERK, [contact("storage office@storage.example")])
    await edit_book(context, CLERK, [Edit(Subject.ORGANIZATION, "storage", None)])
    with pytest.raises(Refused, match="edit-unknown-organization"):
        await undo_act(context, CLERK, act.id if act else "")


async def test_a_body_that_goes_takes_its_mailboxes_and_leaves_its_groups(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    act = await edit_book(context, CLERK, [Edit(Subject.ORGANIZATION, "most", None)])
    kept = await kept_book(context)
    assert [value.id for value in kept.organizations] == ["mof", "storage"]
    assert [value.organization for value in kept.contacts] == ["storage"]
    assert kept.groups[0].members == ("mof",)
    await undo_act(context, CLERK, act.id if act else "")
    again = await kept_book(context)
    assert set(again.organizations) == set(SMALL.organizations)
    assert set(again.contacts) == set(SMALL.contacts)
    assert again.groups == SMALL.groups


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (contact(None, organization="nobody", address="a@b.example"), "edit-unknown-organization"),
        (contact(None, organization="most", address="Bulletin@most.example"), "edit-duplicate-contact"),
        (contact("most gone@most.example", name="x"), "row-unknown"),
        (contact(MAILBOX, address="reading"), "edit-address"),
        (Edit(Subject.ORGANIZATION, None, {"id": "most", "name": "新部", "kind": "ministry"}), "edit-duplicate-id"),
        (Edit(Subject.ORGANIZATION, "mof", {"aliases": ["科技部"]}), "edit-shared-name"),
        (Edit(Subject.ORGANIZATION, "mof", {"parent": "mof"}), "edit-parent-cycle"),
        (Edit(Subject.GROUP, "ministries", {"members": ["ministries"]}), "edit-group-cycle"),
        (Edit(Subject.LIST, "song", {"labels": ["报"]}), "edit-shared-label"),
        (Edit(Subject.LIST, "song", {"template": "nowhere"}), "template-unknown"),
    ],
)
async def test_one_wrong_edit_stops_all_of_them(database: Database, tmp_path: Path, edit: Edit, code: str) -> None:
    context = await with_book(database, tmp_path)
    good = Edit(Subject.ORGANIZATION, "storage", {"short_name": "存储"})
    with pytest.raises(DistributorError) as refused:
        await edit_book(context, CLERK, [good, edit])
    assert refused.value.code == code
    assert is_said(refused.value)
    assert await kept_book(context) == SMALL
    assert await list_acts(context) == ()


async def test_a_mass_removal_is_asked_about(database: Database, tmp_path: Path) -> None:
    many = book([body("most", "科学技术部")], [mailbox("most", f"{number}@most.example") for number in range(20)])
    context = await with_book(database, tmp_path, many)
    edits = [contact(f"most {number}@most.example") for number in range(12)]
    with pytest.raises(Refused) as refused:
        await edit_book(context, CLERK, edits)
    assert refused.value.parameters == {"kind": "contacts", "removed": 12, "total": 20}
    assert is_said(refused.value)
    await edit_book(context, CLERK, edits, allow_removals=True)
    assert len((await kept_book(context)).contacts) == 8


async def test_a_reader_edits_nothing(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    with pytest.raises(Refused, match="not-permitted"):
        await edit_book(context, Actor("读者", AccessRole.READER), [contact(MAILBOX)])


async def test_an_accepted_name_is_an_alias(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    act = await accept_alias(context, CLERK, "科技部", "科学与技术部")
    assert act is not None
    assert act.act is BookAct.ALIAS
    assert (await kept_book(context)).organizations[0].aliases == ("国家科技部", "科学与技术部")
    assert await accept_alias(context, CLERK, "most", "科学与技术部") is None
    await accept_alias(context, CLERK, "ministries", "有关部委")
    assert (await kept_book(context)).groups[0].aliases == ("有关部委",)


@pytest.mark.parametrize(
    ("target", "alias", "code"), [("mof", "科技部", "alias-taken"), ("无此单位", "科技", "body-unknown")]
)
async def test_a_name_stands_for_one_body(
    database: Database, tmp_path: Path, target: str, alias: str, code: str
) -> None:
    context = await with_book(database, tmp_path)
    with pytest.raises((Refused, NotFound)) as refused:
        await accept_alias(context, CLERK, target, alias)
    assert refused.value.code == code
    assert is_said(refused.value)
    assert await kept_book(context) == SMALL


async def test_a_suppressed_address_is_on_record_and_can_be_allowed_again(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    act = await suppress_address(context, CLERK, "Reading＠most.example", " 本人  要求 ")
    assert await suppress_address(context, CLERK, "reading@most.example", "又一次") is None
    assert act is not None
    (stopped,) = (await find_suppressions(context)).rows
    assert (stopped.address, stopped.reason, stopped.list_id) == ("Reading@most.example", "本人 要求", None)
    (found,) = (await show_organization(context, "科技部")).suppressions
    assert found == stopped
    await suppress_address(context, CLERK, "reading@most.example", "名单", "bao")
    again = await unsuppress_address(context, CLERK, "reading@most.example")
    assert again.count == 2
    assert (await find_suppressions(context)).rows == ()
    actions = [change.action for change in (await show_act(context, again.id)).changes]
    assert actions == [Action.REMOVE, Action.REMOVE]
    await undo_act(context, CLERK, again.id)
    assert (await find_suppressions(context)).total == 2


async def test_a_suppression_of_one_list_is_allowed_alone(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    await suppress_address(context, CLERK, "a@b.example", "一", "bao")
    await suppress_address(context, CLERK, "a@b.example", "二", "song")
    await unsuppress_address(context, CLERK, "a@b.example", "bao")
    assert [one.list_id for one in (await find_suppressions(context, "B.EXAMPLE")).rows] == ["song"]


@pytest.mark.parametrize(
    ("address", "reason", "list_id", "code"),
    [
        ("a@b.example", " ", None, "reason-missing"),
        ("a@b.example", "长" * 201, None, "reason-too-long"),
        ("a@b.example", "因", "nolist", "list-unknown"),
        ("a\x00@b.example", "因", None, "address-control"),
    ],
)
async def test_a_suppression_says_why(
    database: Database, tmp_path: Path, address: str, reason: str, list_id: str | None, code: str
) -> None:
    context = await with_book(database, tmp_path)
    with pytest.raises((Refused, NotFound)) as refused:
        await suppress_address(context, CLERK, address, reason, list_id)
    assert refused.value.code == code
    assert is_said(refused.value)


async def test_an_address_that_is_not_suppressed_cannot_be_allowed(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    with pytest.raises(NotFound, match="suppression-unknown"):
        await unsuppress_address(context, CLERK, "a@b.example")


async def test_an_act_nobody_knows_is_named(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    with pytest.raises(NotFound, match="act-unknown"):
        await undo_act(context, CLERK, "nothing")
