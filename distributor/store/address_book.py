"""The address book: organizations, contacts, groups and recipient lists."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from datetime import date
from sys import intern
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.history import Subject
from distributor.model.recipient import (
    AddressBook,
    Contact,
    Group,
    MailboxRole,
    MailFormat,
    Organization,
    RecipientList,
    address_key,
)
from distributor.store.among import among
from distributor.store.book_rows import TABLES, columns_of, row_of
from distributor.store.tables import contacts
from distributor.store.values import restore

BOOK_SUBJECTS = (Subject.ORGANIZATION, Subject.CONTACT, Subject.GROUP, Subject.LIST)
_CHUNK = 5_000


async def replace(connection: AsyncConnection, book: AddressBook) -> None:
    """Put an address book in the place of the one that is kept, without history; for new and for demo databases.

    Args:
        connection: an open writing transaction.
        book: the whole new address book.
    """
    for subject in reversed(BOOK_SUBJECTS):
        await connection.execute(delete(TABLES[subject]))
    for subject, values in _parts(book):
        rows = [{**row_of(subject, key, value), "position": position} for position, (key, value) in enumerate(values)]
        for start in range(0, len(rows), _CHUNK):
            await connection.execute(insert(TABLES[subject]), rows[start : start + _CHUNK])


async def load(connection: AsyncConnection) -> AddressBook:
    """Give the whole address book, in the order in which it was written; see `load_outline` before you use it."""
    outline = await load_outline(connection)
    return AddressBook(outline.organizations, await _contacts(connection), outline.groups, outline.lists)


async def load_outline(connection: AsyncConnection) -> AddressBook:
    """Give bodies, groups and lists without any mailbox: all that resolving names needs."""
    return AddressBook(
        organizations=restore(tuple[Organization, ...], await _values(connection, Subject.ORGANIZATION)),
        groups=restore(tuple[Group, ...], await _values(connection, Subject.GROUP)),
        lists=restore(tuple[RecipientList, ...], await _values(connection, Subject.LIST)),
    )


async def load_for_footers(connection: AsyncConnection) -> AddressBook:
    """Give bodies, groups, lists and one mailbox of each body that has any: all that checking a footer needs."""
    outline = await load_outline(connection)
    first = select(contacts.c.organization, func.min(contacts.c.address).label("address")).group_by(
        contacts.c.organization,
    )
    rows = (await connection.execute(first)).all()
    found = tuple(Contact(row.address, row.organization) for row in rows)
    return AddressBook(outline.organizations, found, outline.groups, outline.lists)


async def load_contacts(connection: AsyncConnection, organization_ids: Collection[str]) -> tuple[Contact, ...]:
    """Give the mailboxes of some bodies, in the order in which they were written.

    Args:
        connection: an open transaction.
        organization_ids: the bodies.
    """
    return await _contacts(connection, among(connection, contacts.c.organization, organization_ids))


async def load_lists(connection: AsyncConnection) -> tuple[RecipientList, ...]:
    """Give the recipient lists in their order."""
    return restore(tuple[RecipientList, ...], await _values(connection, Subject.LIST))


async def contact_keys(connection: AsyncConnection) -> AsyncIterator[tuple[str, str]]:
    """Give body and address key of every mailbox, without holding them all in memory."""
    async with connection.stream(select(contacts.c.organization, contacts.c.address_key)) as rows:
        async for row in rows:
            yield row.organization, row.address_key


async def find_contact(connection: AsyncConnection, organization_id: str, address: str) -> Contact | None:
    """Give one mailbox, or None.

    Args:
        connection: an open transaction.
        organization_id: its body.
        address: its address, in any case.
    """
    key = (contacts.c.organization == organization_id, contacts.c.address_key == address_key(address))
    found = await _contacts(connection, *key)
    return found[0] if found else None


async def totals(connection: AsyncConnection) -> dict[Subject, int]:
    """Count the rows of each kind."""
    return {
        subject: await connection.scalar(select(func.count()).select_from(TABLES[subject])) or 0
        for subject in BOOK_SUBJECTS
    }


async def set_order(connection: AsyncConnection, book: AddressBook) -> None:
    """Put rows into the order of a book; rows the book lacks keep their place.

    Args:
        connection: an open writing transaction.
        book: the book whose order counts.
    """
    await _reorder(connection, Subject.ORGANIZATION, ((value.id,) for value in book.organizations))
    pairs = ((value.organization, address_key(value.address)) for value in book.contacts)
    await _reorder(connection, Subject.CONTACT, pairs)
    await _reorder(connection, Subject.GROUP, ((value.id,) for value in book.groups))
    await _reorder(connection, Subject.LIST, ((value.id,) for value in book.lists))


async def order_lists(connection: AsyncConnection, ids: Sequence[str]) -> None:
    """Put lists into an order; those it does not name stand behind.

    Args:
        connection: an open writing transaction.
        ids: ids of lists, also of some that are gone.
    """
    kept = [value.id for value in await load_lists(connection)]
    wanted = [*(one for one in ids if one in kept), *(one for one in kept if one not in ids)]
    await _reorder(connection, Subject.LIST, ((one,) for one in wanted))


async def _reorder(connection: AsyncConnection, subject: Subject, keys: Iterable[tuple[str, ...]]) -> None:
    table = TABLES[subject]
    names = ("organization", "address_key") if subject is Subject.CONTACT else ("id",)
    rows = await connection.execute(select(*(table.c[name] for name in names), table.c.position))
    kept = {tuple(row[:-1]): row[-1] for row in rows}
    moved = [
        {**{f"key_{name}": part for name, part in zip(names, key, strict=True)}, "place": position}
        for position, key in enumerate(keys)
        if kept.get(key) != position
    ]
    if moved:
        from_key = [table.c[name] == bindparam(f"key_{name}") for name in names]
        await connection.execute(update(table).where(*from_key).values(position=bindparam("place")), moved)


def _parts(book: AddressBook) -> Iterable[tuple[Subject, list[tuple[str, Any]]]]:
    yield Subject.ORGANIZATION, [(value.id, value) for value in book.organizations]
    yield Subject.CONTACT, [(f"{v.organization} {address_key(v.address)}", v) for v in book.contacts]
    yield Subject.GROUP, [(value.id, value) for value in book.groups]
    yield Subject.LIST, [(value.id, value) for value in book.lists]


def _columns(subject: Subject) -> list[Any]:
    return [TABLES[subject].c[name] for name in columns_of(subject)]


async def _contacts(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> tuple[Contact, ...]:
    """Read mailboxes row by row: there may be hundreds of thousands."""
    query = select(*_columns(Subject.CONTACT)).where(*conditions)
    query = query.order_by(contacts.c.position, contacts.c.organization, contacts.c.address_key)
    async with connection.stream(query) as rows:
        return tuple([contact_of(row) async for row in rows])


def contact_of(row: Row[*tuple[Any, ...]]) -> Contact:
    """Make a mailbox of a row; cheaper than `restore`, which a plan of a hundred thousand would feel."""
    return Contact(
        address=row.address,
        organization=intern(row.organization),
        name=row.name,
        mailbox=MailboxRole(row.mailbox),
        language=intern(row.language),
        format=MailFormat(row.format),
        valid_from=_day(row.valid_from),
        valid_to=_day(row.valid_to),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


async def _values(connection: AsyncConnection, subject: Subject) -> list[dict[str, Any]]:
    table = TABLES[subject]
    rows = await connection.execute(select(*_columns(subject)).order_by(table.c.position, table.c.id))
    return [dict(row) for row in rows.mappings()]


async def find_contacts(connection: AsyncConnection, keys: Collection[str]) -> dict[str, Contact]:
    """Give mailboxes by their ids (body and address key with a blank between); those that are not there are left out.

    Args:
        connection: an open transaction.
        keys: the ids.
    """
    wanted = set(keys)
    addresses = {key.partition(" ")[2] for key in wanted}
    query = select(*_columns(Subject.CONTACT), contacts.c.address_key)
    async with connection.stream(query.where(among(connection, contacts.c.address_key, addresses))) as rows:
        pairs = [(f"{row.organization} {row.address_key}", row) async for row in rows]
    return {key: contact_of(row) for key, row in pairs if key in wanted}
