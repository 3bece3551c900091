"""The address book: organizations, contacts, groups and recipient lists."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.canonical import plain
from distributor.model.recipient import AddressBook, Contact, Group, Organization, RecipientList
from distributor.store.tables import contacts, groups, organizations, recipient_lists
from distributor.store.values import restore

_PARTS: Mapping[str, Table] = {
    "organizations": organizations,
    "contacts": contacts,
    "groups": groups,
    "lists": recipient_lists,
}


async def replace(connection: AsyncConnection, book: AddressBook) -> None:
    """Put an address book in the place of the one that is kept, in one transaction.

    Args:
        connection: an open writing transaction.
        book: the whole new address book.
    """
    for table in reversed(list(_PARTS.values())):
        await connection.execute(delete(table))
    for part, table in _PARTS.items():
        rows = _rows(getattr(book, part))
        if rows:
            await connection.execute(insert(table), rows)


async def load(connection: AsyncConnection) -> AddressBook:
    """Give the whole address book, in the order in which it was written."""
    return AddressBook(
        organizations=restore(tuple[Organization, ...], await _values(connection, organizations)),
        contacts=restore(tuple[Contact, ...], await _values(connection, contacts)),
        groups=restore(tuple[Group, ...], await _values(connection, groups)),
        lists=restore(tuple[RecipientList, ...], await _values(connection, recipient_lists)),
    )


def _rows(values: Sequence[object]) -> list[dict[str, Any]]:
    return [{**_fields(value), "position": position} for position, value in enumerate(values)]


def _fields(value: object) -> dict[str, Any]:
    fields = plain(value)
    if not isinstance(fields, dict):
        raise TypeError(type(value).__name__)
    return fields


async def _values(connection: AsyncConnection, table: Table) -> list[dict[str, Any]]:
    rows = await connection.execute(select(table).order_by(table.c.position))
    return [{name: value for name, value in row.items() if name != "position"} for row in rows.mappings()]
