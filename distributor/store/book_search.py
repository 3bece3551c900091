"""Look through the address book page by page; each page is found from the end of the last one, by index."""

import re
from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, Select, and_, exists, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.history import Subject
from distributor.model.recipient import Organization, Suppression
from distributor.model.searching import BookQuery, FoundContact, FoundOrganization, Page, Validity
from distributor.store.address_book import contact_of
from distributor.store.among import among
from distributor.store.book_rows import columns_of
from distributor.store.tables import contacts, organizations, suppressions
from distributor.store.values import restore
from distributor.text import match_key

# what a column of whole numbers holds; the place in an address of a page may be anything
_NUMBER: Final = re.compile("[0-9]{1,9}")


async def find_organizations(
    connection: AsyncConnection,
    query: BookQuery,
    *,
    limit: int,
    after: str | None = None,
    within: Collection[str] | None = None,
) -> Page[FoundOrganization]:
    """Find bodies, in the order of the book.

    Args:
        connection: an open transaction.
        query: what is looked for.
        limit: rows of a page.
        after: where to go on, as the page before said.
        within: ids of the only bodies that are meant (members of a group), None for all.
    """
    table = organizations
    conditions = _organization_conditions(connection, query, within)
    total = await connection.scalar(select(func.count()).select_from(table).where(*conditions)) or 0
    chosen = select(table).where(*conditions).order_by(table.c.position, table.c.id).limit(limit + 1)
    if after is not None:
        position, _, key = after.partition(" ")
        chosen = chosen.where(tuple_(table.c.position, table.c.id) > tuple_(_number(position), key))
    rows = (await connection.execute(chosen)).mappings().all()
    counts = await _contact_counts(connection, [row["id"] for row in rows])
    found = tuple(FoundOrganization(_organization(row), counts.get(row["id"], 0)) for row in rows[:limit])
    last = f"{rows[limit - 1]['position']} {rows[limit - 1]['id']}" if len(rows) > limit else None
    return Page(found, total, last)


async def find_contacts(
    connection: AsyncConnection,
    query: BookQuery,
    *,
    limit: int,
    after: str | None = None,
    within: Collection[str] | None = None,
    address_key: str | None = None,
) -> Page[FoundContact]:
    """Find mailboxes, by id of their body and address.

    Args:
        connection: an open transaction.
        query: what is looked for.
        limit: rows of a page.
        after: where to go on, as the page before said.
        within: ids of the only bodies that are meant (members of a group), None for all.
        address_key: the only address that is meant, None for all.
    """
    conditions = _contact_conditions(connection, query, within)
    if address_key is not None:
        conditions.append(contacts.c.address_key == address_key)
    total = await connection.scalar(select(func.count()).select_from(contacts).where(*conditions)) or 0
    key = (contacts.c.organization, contacts.c.address_key)
    chosen = (
        select(contacts, organizations.c.name.label("organization_name"))
        .join(organizations, organizations.c.id == contacts.c.organization)
        .where(*conditions)
        .order_by(*key)
        .limit(limit + 1)
    )
    if after is not None:
        organization, _, address = after.partition(" ")
        chosen = chosen.where(tuple_(*key) > tuple_(organization, address))
    rows = (await connection.execute(chosen)).all()
    stopped = await _reasons(connection, [row.address_key for row in rows[:limit]])
    found = tuple(
        FoundContact(contact_of(row), row.organization_name, stopped.get(row.address_key)) for row in rows[:limit]
    )
    last = f"{rows[limit - 1].organization} {rows[limit - 1].address_key}" if len(rows) > limit else None
    return Page(found, total, last)


async def find_suppressions(
    connection: AsyncConnection, word: str, *, limit: int, after: str | None = None
) -> Page[Suppression]:
    """Find addresses that are not written to, newest first.

    Args:
        connection: an open transaction.
        word: part of the address or the reason.
        limit: rows of a page.
        after: where to go on, as the page before said.
    """
    table = suppressions
    conditions = []
    if word.strip():
        key = word.strip()
        by_address = table.c.address_key.contains(key.casefold(), autoescape=True)
        conditions.append(or_(by_address, table.c.reason.contains(key, autoescape=True)))
    total = await connection.scalar(select(func.count()).select_from(table).where(*conditions)) or 0
    chosen = select(table).where(*conditions).order_by(table.c.id.desc()).limit(limit + 1)
    if after is not None:
        chosen = chosen.where(table.c.id < _number(after))
    rows = (await connection.execute(chosen)).all()
    found = tuple(Suppression(row.address, row.reason, row.list_id or None, row.since) for row in rows[:limit])
    return Page(found, total, str(rows[limit - 1].id) if len(rows) > limit else None)


def _organization_conditions(
    connection: AsyncConnection, query: BookQuery, within: Collection[str] | None
) -> list[ColumnElement[bool]]:
    table = organizations
    conditions = [] if within is None else [among(connection, table.c.id, within)]
    if key := match_key(query.word):
        conditions.append(table.c.search.contains(key, autoescape=True))
    if query.kind is not None:
        conditions.append(table.c.kind == query.kind)
    if query.has_contact is not None:
        has = exists().where(contacts.c.organization == table.c.id)
        conditions.append(has if query.has_contact else ~has)
    return [*conditions, *_validity(table, query)]


def _contact_conditions(
    connection: AsyncConnection, query: BookQuery, within: Collection[str] | None
) -> list[ColumnElement[bool]]:
    conditions = [] if within is None else [among(connection, contacts.c.organization, within)]
    if key := match_key(query.word):
        named = select(organizations.c.id).where(organizations.c.search.contains(key, autoescape=True))
        by_name = contacts.c.organization.in_(named)
        conditions.append(or_(contacts.c.search.contains(key, autoescape=True), by_name))
    if query.kind is not None:
        conditions.append(
            contacts.c.organization.in_(select(organizations.c.id).where(organizations.c.kind == query.kind)),
        )
    if query.organization is not None:
        conditions.append(contacts.c.organization == query.organization)
    if query.mailbox is not None:
        conditions.append(contacts.c.mailbox == query.mailbox)
    if query.format is not None:
        conditions.append(contacts.c.format == query.format)
    if query.suppressed is not None:
        stopped = contacts.c.address_key.in_(select(suppressions.c.address_key))
        conditions.append(stopped if query.suppressed else ~stopped)
    return [*conditions, *_validity(contacts, query)]


def _validity(table: Any, query: BookQuery) -> list[ColumnElement[bool]]:  # noqa: ANN401  a table with two days
    if query.validity is None or query.day is None:
        return []
    day = query.day.isoformat()
    begun = or_(table.c.valid_from.is_(None), table.c.valid_from <= day)
    lasts = or_(table.c.valid_to.is_(None), table.c.valid_to >= day)
    return {
        Validity.NOW: [and_(begun, lasts)],
        Validity.PAST: [table.c.valid_to < day],
        Validity.FUTURE: [table.c.valid_from > day],
    }[query.validity]


async def _contact_counts(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, int]:
    query: Select[Any] = (
        select(contacts.c.organization, func.count().label("number"))
        .where(among(connection, contacts.c.organization, ids))
        .group_by(contacts.c.organization)
    )
    return {row.organization: row.number for row in await connection.execute(query)}


async def _reasons(connection: AsyncConnection, keys: Sequence[str]) -> dict[str, str]:
    query = select(suppressions.c.address_key, suppressions.c.reason).where(
        among(connection, suppressions.c.address_key, keys)
    )
    return {row.address_key: row.reason for row in await connection.execute(query)}


def _organization(row: RowMapping) -> Organization:
    return restore(Organization, {name: row[name] for name in columns_of(Subject.ORGANIZATION)})


def _number(text: str) -> int:
    return int(text) if _NUMBER.fullmatch(text) else 0
