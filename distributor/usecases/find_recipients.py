"""Look through the address book: bodies, mailboxes, and addresses that are not written to."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import recipients
from distributor.errors import NotFound, Refused
from distributor.model.history import RecordedChange, Subject
from distributor.model.recipient import (
    AddressBook,
    Contact,
    Group,
    Organization,
    RecipientList,
    Suppression,
)
from distributor.model.schedule import Schedule
from distributor.model.searching import PAGE_SIZE, BookQuery, FoundContact, FoundOrganization, Page
from distributor.store import address_book, book_changes, book_search, schedules, suppressions
from distributor.usecases.context import Context

# what one act of a person takes; more is work for a table
MOST_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class OrganizationFile:
    """Everything that is kept about a body.

    Args:
        organization: the body.
        parent: the body above it, or None.
        contacts: its mailboxes.
        groups: the groups that name it.
        lists: the recipient lists that name it.
        suppressions: which of its addresses are not written to.
        history: what happened to it, newest first.
    """

    organization: Organization
    parent: Organization | None
    contacts: tuple[Contact, ...]
    groups: tuple[Group, ...]
    lists: tuple[RecipientList, ...]
    suppressions: tuple[Suppression, ...]
    history: tuple[RecordedChange, ...]


async def find_organizations(
    context: Context, query: BookQuery, *, after: str | None = None, limit: int = PAGE_SIZE
) -> Page[FoundOrganization]:
    """Find bodies, in the order of the book.

    Args:
        context: the installation.
        query: what is looked for.
        after: where to go on, as the page before said.
        limit: rows of a page.

    Raises:
        NotFound: `group-unknown`.
    """
    async with context.database.read() as connection:
        today = replace(query, day=query.day or context.now().date())
        within = await _members(connection, query.group)
        return await book_search.find_organizations(connection, today, limit=limit, after=after, within=within)


async def find_contacts(
    context: Context, query: BookQuery, *, after: str | None = None, limit: int = PAGE_SIZE
) -> Page[FoundContact]:
    """Find mailboxes, body by body.

    Args:
        context: the installation.
        query: what is looked for.
        after: where to go on, as the page before said.
        limit: rows of a page.

    Raises:
        NotFound: `group-unknown`.
    """
    async with context.database.read() as connection:
        today = replace(query, day=query.day or context.now().date())
        within = await _members(connection, query.group)
        return await book_search.find_contacts(connection, today, limit=limit, after=after, within=within)


async def all_contact_keys(context: Context, query: BookQuery) -> tuple[str, ...]:
    """Give the ids of all mailboxes that are found, for something that is done with all of them.

    Args:
        context: the installation.
        query: what is looked for.

    Raises:
        NotFound: `group-unknown`.
        Refused: `too-many-rows` beyond what one act takes.
    """
    page = await find_contacts(context, query, limit=MOST_AT_ONCE)
    if page.total > MOST_AT_ONCE:
        raise Refused("too-many-rows", total=page.total, most=MOST_AT_ONCE)
    return tuple(recipients.contact_key(one.contact.organization, one.contact.address) for one in page.rows)


async def show_contact(context: Context, key: str) -> FoundContact | None:
    """Give one mailbox with the name of its body, or None.

    Args:
        context: the installation.
        key: body and address key with a blank between.
    """
    organization, _, address = key.partition(" ")
    query = BookQuery(organization=organization)
    async with context.database.read() as connection:
        page = await book_search.find_contacts(connection, query, limit=1, address_key=address)
    return next(iter(page.rows), None)


async def find_suppressions(
    context: Context, word: str = "", *, after: str | None = None, limit: int = PAGE_SIZE
) -> Page[Suppression]:
    """Find addresses that are not written to, newest first.

    Args:
        context: the installation.
        word: part of the address or the reason.
        after: where to go on, as the page before said.
        limit: rows of a page.
    """
    async with context.database.read() as connection:
        return await book_search.find_suppressions(connection, word, limit=limit, after=after)


async def read_outline(context: Context) -> AddressBook:
    """Give bodies, groups and lists, without mailboxes.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        return await address_book.load_outline(connection)


async def show_organization(context: Context, written: str) -> OrganizationFile:
    """Give everything about a body.

    Args:
        context: the installation.
        written: its id, or any name.

    Raises:
        NotFound: `body-unknown` with names that look like it.
    """
    async with context.database.read() as connection:
        book = await address_book.load_outline(connection)
        directory = recipients.Directory(book)
        found = directory.get(written) or directory.find(written)
        if not isinstance(found, Organization):
            raise NotFound("body-unknown", name=written, suggestions="、".join(directory.suggestions(written)) or "—")
        return OrganizationFile(
            organization=found,
            parent=None if found.parent is None else directory.organizations.get(found.parent),
            contacts=await address_book.load_contacts(connection, [found.id]),
            groups=tuple(group for group in book.groups if found.id in group.members),
            lists=tuple(entry for entry in book.lists if found.id in (*entry.default, *entry.members)),
            suppressions=await suppressions.load_for(connection, [found.id]),
            history=await book_changes.history_of(connection, Subject.ORGANIZATION, found.id),
        )


async def _members(connection: AsyncConnection, group: str | None) -> Collection[str] | None:
    if group is None:
        return None
    directory = recipients.Directory(await address_book.load_outline(connection))
    found = directory.get(group) or directory.find(group)
    if found is None:
        raise NotFound("group-unknown", group=group)
    return directory.reached(found)


async def list_schedules(context: Context) -> tuple[Schedule, ...]:
    """Give the schedules by which lists get their mail.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        return tuple(entry.schedule for entry in await schedules.load(connection))
