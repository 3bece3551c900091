"""What is kept of the address book comes back as it was, and only what is asked for is read."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from distributor.model.history import Action, BookAct, Change, RecordedAct, Subject
from distributor.model.recipient import (
    AddressBook,
    Contact,
    Group,
    MailboxRole,
    MailFormat,
    Organization,
    OrganizationKind,
    Suppression,
)
from distributor.store import address_book, book_changes, suppressions
from distributor.store.engine import Database
from tests.support.address_books import NOW, SMALL, with_book
from tests.support.books import REPORT, SEND, body, book, mailbox, shipped_book

pytestmark = pytest.mark.anyio

DAYS = {"valid_from": date(2026, 1, 1), "valid_to": date(2026, 12, 31)}
FULL = AddressBook(
    (
        Organization("a", "甲厅", OrganizationKind.LOCAL, "甲", ("老甲",), None, **DAYS),
        Organization("b", "乙厅", OrganizationKind.OTHER, parent="a"),
    ),
    (
        Contact("B@a.example", "a", "办公室", MailboxRole.BACKUP, "en", MailFormat.TEXT, **DAYS),
        Contact("a@a.example", "a"),
    ),
    (Group("g", "各厅", ("全体厅",), ("a", "b")),),
    (
        replace(
            REPORT,
            default=("a",),
            members=("g", "x@y.example"),
            subject="{title}",
            sender_name="专用信箱",
            sender_address="r@x.example",
            reply_to="s@x.example",
            template="digest",
        ),
        SEND,
    ),
)
ACT = RecordedAct("act1", NOW, "秘书处", BookAct.EDIT, "试验")


@pytest.mark.parametrize("kept", [FULL, SMALL, AddressBook()], ids=["full", "small", "empty"])
async def test_a_book_comes_back_as_it_was(database: Database, kept: AddressBook) -> None:
    async with database.write() as connection:
        await address_book.replace(connection, FULL)
        await address_book.replace(connection, kept)
    async with database.read() as connection:
        assert await address_book.load(connection) == kept


async def test_the_shipped_book_comes_back_as_it_was(database: Database) -> None:
    async with database.write() as connection:
        await address_book.replace(connection, shipped_book())
    async with database.read() as connection:
        assert await address_book.load(connection) == shipped_book()


async def test_the_outline_has_no_mailbox_and_a_footer_needs_one_of_each_body(database: Database) -> None:
    async with database.write() as connection:
        await address_book.replace(connection, SMALL)
    async with database.read() as connection:
        assert await address_book.load_outline(connection) == replace(SMALL, contacts=())
        found = await address_book.load_for_footers(connection)
        assert sorted(contact.organization for contact in found.contacts) == ["most", "storage"]
        assert await address_book.load_contacts(connection, ["storage", "nobody"]) == (SMALL.contacts[2],)
        assert await address_book.load_contacts(connection, []) == ()
        assert await address_book.load_lists(connection) == SMALL.lists


async def test_mailboxes_of_many_thousand_bodies_are_asked_for_at_once(database: Database) -> None:
    async with database.write() as connection:
        await address_book.replace(connection, SMALL)
    async with database.read() as connection:
        ids = [*(f"body-{number}" for number in range(70_000)), "most"]
        assert len(await address_book.load_contacts(connection, ids)) == 2


async def test_a_mailbox_is_found_in_any_case(database: Database) -> None:
    async with database.write() as connection:
        await address_book.replace(connection, FULL)
    async with database.read() as connection:
        assert await address_book.find_contact(connection, "a", "b@A.example") == FULL.contacts[0]
        assert await address_book.find_contact(connection, "b", "b@a.example") is None
        assert {key async for key in address_book.contact_keys(connection)} == {
            ("a", "b@a.example"),
            ("a", "a@a.example"),
        }


async def test_changes_are_made_and_written_down_together(database: Database) -> None:
    office = mailbox("most", "office@most.example")
    added = Change(Action.ADD, Subject.CONTACT, "most office@most.example", None, office)
    renamed = Change(
        Action.CHANGE,
        Subject.ORGANIZATION,
        "mof",
        SMALL.organizations[1],
        replace(SMALL.organizations[1], aliases=("中华人民共和国财政部",), short_name="财政"),
    )
    removed = Change(Action.REMOVE, Subject.CONTACT, "storage office@storage.example", SMALL.contacts[2])
    async with database.write() as connection:
        await address_book.replace(connection, SMALL)
        act = await book_changes.record(connection, ACT, [added, renamed, removed])
    assert act.count == 3
    async with database.read() as connection:
        kept = await address_book.load(connection)
        assert kept.contacts == (*SMALL.contacts[:2], office)
        assert kept.organizations[1] == renamed.after
        assert await book_changes.get_act(connection, "act1") == act
        written = await book_changes.changes_of(connection, "act1")
        assert {change.id: (change.before, change.after) for change in written} == {
            change.id: (change.before, change.after) for change in (added, renamed, removed)
        }
        (entry,) = await book_changes.history_of(connection, Subject.ORGANIZATION, "mof")
        assert (entry.act, entry.change.fields) == (act, ("short_name", "aliases"))


async def test_acts_are_listed_newest_first_page_by_page(database: Database) -> None:
    async with database.write() as connection:
        for number in range(5):
            await book_changes.record(connection, replace(ACT, id=f"act{number}"), [])
    async with database.read() as connection:
        first = await book_changes.list_acts(connection, limit=2)
        rest = await book_changes.list_acts(connection, limit=9, before=first[-1].id)
    assert [act.id for act in (*first, *rest)] == ["act4", "act3", "act2", "act1", "act0"]


async def test_a_suppression_counts_in_any_case_and_keeps_its_day(database: Database) -> None:
    async with database.write() as connection:
        await address_book.replace(connection, SMALL)
        assert await suppressions.add(connection, Suppression("Reading@most.example", "本人要求"), NOW)
        assert not await suppressions.add(connection, Suppression("reading@MOST.example", "又一次"), NOW)
        assert await suppressions.add(connection, Suppression("reading@most.example", "名单", "bao"), NOW)
        assert await suppressions.add(connection, Suppression("stranger@x.example", "退信"), NOW)
    async with database.read() as connection:
        everywhere, of_list = await suppressions.load_for(connection, ["most"])
        assert (everywhere.reason, everywhere.since, of_list.list_id) == ("本人要求", NOW, "bao")
        assert await suppressions.load_for(connection, ["storage"]) == ()
        (stranger,) = await suppressions.load_for(connection, [], ["Stranger@x.example"])
        assert stranger.reason == "退信"
        assert len(await suppressions.load(connection)) == 3
        assert len(await suppressions.of_address(connection, "READING@most.example")) == 2


async def test_rows_are_put_into_the_order_of_a_book(database: Database) -> None:
    turned = AddressBook(
        tuple(reversed(SMALL.organizations)),
        tuple(reversed(SMALL.contacts)),
        SMALL.groups,
        tuple(reversed(SMALL.lists)),
    )
    async with database.write() as connection:
        await address_book.replace(connection, SMALL)
        await address_book.set_order(connection, turned)
        await address_book.set_order(connection, turned)
    async with database.read() as connection:
        assert await address_book.load(connection) == turned


async def test_a_mailbox_of_no_body_cannot_be_kept(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path, book([body("most", "科学技术部")]))
    async with context.database.read() as connection:
        keys = await connection.scalar(text("SELECT count(*) FROM contacts WHERE organization = 'most'"))
        assert keys == 1
        assert await address_book.totals(connection) == {
            Subject.ORGANIZATION: 1,
            Subject.CONTACT: 1,
            Subject.GROUP: 0,
            Subject.LIST: 2,
        }
