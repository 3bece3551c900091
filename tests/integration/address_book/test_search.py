"""Looking through the address book: any part of a name, filters, pages."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from distributor.errors import NotFound
from distributor.model.recipient import AddressBook, Group, MailboxRole, MailFormat, OrganizationKind
from distributor.model.searching import BookQuery, Validity
from distributor.store.engine import Database
from distributor.usecases.context import Context
from distributor.usecases.find_recipients import (
    find_contacts,
    find_organizations,
    find_suppressions,
    read_outline,
    show_organization,
)
from distributor.usecases.suppress_address import suppress_address
from tests.support.address_books import CLERK, SMALL, with_book
from tests.support.books import body, book, mailbox

pytestmark = pytest.mark.anyio

OLD = replace(SMALL.organizations[1], valid_to=date(2020, 1, 1))
COMING = replace(body("new", "新设单位"), kind=OrganizationKind.ALLIANCE, valid_from=date(2030, 1, 1))
MIXED = AddressBook(
    (SMALL.organizations[0], OLD, SMALL.organizations[2], COMING),
    (
        *SMALL.contacts[:2],
        replace(SMALL.contacts[2], mailbox=MailboxRole.CC, format=MailFormat.TEXT, valid_to=date(2026, 3, 30)),
    ),
    (*SMALL.groups, Group("all", "全体单位", (), ("ministries", "storage"))),
    SMALL.lists,
)


async def names(context: Context, query: BookQuery) -> list[str]:
    return [found.organization.id for found in (await find_organizations(context, query)).rows]


async def addresses(context: Context, query: BookQuery) -> list[str]:
    return [found.contact.address for found in (await find_contacts(context, query)).rows]


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("科技", ["most"]),
        ("存储", ["storage"]),
        ("部", ["most", "mof"]),
        ("国家科技", ["most"]),
        ("MOST", ["most"]),
        ("ｍｏｆ", ["mof"]),
        ("存 储", ["storage"]),
        ("无此", []),
        ("%", []),
        ("_", []),
        ("", ["most", "mof", "storage", "new"]),
    ],
)
async def test_any_part_of_a_name_finds_a_body(database: Database, tmp_path: Path, word: str, found: list[str]) -> None:
    context = await with_book(database, tmp_path, MIXED)
    assert await names(context, BookQuery(word=word)) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (BookQuery(kind=OrganizationKind.ALLIANCE), ["new"]),
        (BookQuery(group="ministries"), ["most", "mof"]),
        (BookQuery(group="全体单位"), ["most", "mof", "storage"]),
        (BookQuery(has_contact=False), ["mof", "new"]),
        (BookQuery(has_contact=True, word="存储"), ["storage"]),
        (BookQuery(validity=Validity.NOW), ["most", "storage"]),
        (BookQuery(validity=Validity.PAST), ["mof"]),
        (BookQuery(validity=Validity.FUTURE), ["new"]),
    ],
)
async def test_bodies_are_filtered(database: Database, tmp_path: Path, query: BookQuery, found: list[str]) -> None:
    assert await names(await with_book(database, tmp_path, MIXED), query) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (BookQuery(word="科技部"), ["bulletin@most.example", "reading@most.example"]),
        (BookQuery(word="阅办"), ["reading@most.example"]),
        (BookQuery(word="Office@"), ["office@storage.example"]),
        (BookQuery(mailbox=MailboxRole.CC), ["office@storage.example"]),
        (BookQuery(format=MailFormat.TEXT), ["office@storage.example"]),
        (BookQuery(organization="storage"), ["office@storage.example"]),
        (BookQuery(group="ministries"), ["bulletin@most.example", "reading@most.example"]),
        (BookQuery(kind=OrganizationKind.ALLIANCE), []),
        (BookQuery(validity=Validity.PAST), ["office@storage.example"]),
        (BookQuery(suppressed=True), ["reading@most.example"]),
        (BookQuery(suppressed=False), ["bulletin@most.example", "office@storage.example"]),
    ],
)
async def test_mailboxes_are_found_and_filtered(
    database: Database, tmp_path: Path, query: BookQuery, found: list[str]
) -> None:
    context = await with_book(database, tmp_path, MIXED)
    await suppress_address(context, CLERK, "reading@most.example", "本人要求")
    assert await addresses(context, query) == found


async def test_a_mailbox_that_is_not_written_to_says_why(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    await suppress_address(context, CLERK, "reading@most.example", "本人要求")
    page = await find_contacts(context, BookQuery(word="科技"))
    assert [(found.organization_name, found.suppressed) for found in page.rows] == [
        ("科学技术部", None),
        ("科学技术部", "本人要求"),
    ]


async def test_pages_follow_one_another_without_gap_or_repetition(database: Database, tmp_path: Path) -> None:
    many = book([body(f"b{number:03d}", f"单位{number}") for number in range(25)])
    context = await with_book(database, tmp_path, many)
    for index in range(12):
        await suppress_address(context, CLERK, f"{index}@x.example", "停发")
    seen: list[str] = []
    after = None
    while True:
        page = await find_organizations(context, BookQuery(), after=after, limit=10)
        assert page.total == 25
        seen += [found.organization.id for found in page.rows]
        if (after := page.following) is None:
            break
    assert seen == [value.id for value in many.organizations]
    first = await find_contacts(context, BookQuery(), limit=20)
    second = await find_contacts(context, BookQuery(), limit=20, after=first.following)
    assert [found.contact for found in (*first.rows, *second.rows)] == list(many.contacts)
    assert second.following is None
    newest = await find_suppressions(context, limit=7)
    rest = await find_suppressions(context, limit=7, after=newest.following)
    assert [one.address for one in (*newest.rows, *rest.rows)] == [f"{n}@x.example" for n in reversed(range(12))]


@pytest.mark.parametrize("after", ["", "x", "99999999999999999999 a", "1", "b000 b"])
async def test_any_place_to_go_on_from_is_safe(database: Database, tmp_path: Path, after: str) -> None:
    context = await with_book(database, tmp_path)
    assert (await find_organizations(context, BookQuery(), after=after)).total == 3
    assert (await find_contacts(context, BookQuery(), after=after)).total == 3
    assert (await find_suppressions(context, after=after)).total == 0


async def test_a_group_nobody_knows_is_named(database: Database, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="group-unknown"):
        await find_organizations(await with_book(database, tmp_path), BookQuery(group="无此集合"))


async def test_everything_about_a_body_is_shown(database: Database, tmp_path: Path) -> None:
    child = body("office", "科技部办公厅", parent="most")
    lists = (replace(SMALL.lists[0], default=("office",)), SMALL.lists[1])
    kept = replace(SMALL, organizations=(*SMALL.organizations, child), lists=lists)
    context = await with_book(database, tmp_path, replace(kept, contacts=(*kept.contacts, mailbox("office"))))
    shown = await show_organization(context, "科技部办公厅")
    assert (shown.organization, shown.parent) == (child, SMALL.organizations[0])
    assert [value.address for value in shown.contacts] == ["bulletin@office.example"]
    assert [value.id for value in shown.lists] == ["bao"]
    assert [value.id for value in (await show_organization(context, "most")).groups] == ["ministries"]
    with pytest.raises(NotFound) as refused:
        await show_organization(context, "科计部")
    assert "科技部" in str(refused.value.parameters["suggestions"])
    assert (await read_outline(context)).contacts == ()
