"""Look through the address book: bodies, mailboxes, and addresses that are not written to."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import recipients
from distributor.errors import NotFound
from distributor.model.history import RecordedChange, Subject
from distributor.model.recipient import (
    AddressBook,
    Contact,
    Group,
    Organization,
    RecipientList,
    Suppression,
)
from distributor.model.searching import PAGE_SIZE, BookQuery, FoundContact, FoundOrganization, Page
from distributor.store import address_book, book_changes, book_search, suppressions
from distributor.usecases.context import Context


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
