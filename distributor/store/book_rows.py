"""Values of the address book as rows of its tables, and back."""

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.canonical import plain
from distributor.model.extras import Extra, Waiver
from distributor.model.history import Entity, Subject
from distributor.model.recipient import Contact, Group, Organization, RecipientList, Suppression, address_key
from distributor.store.among import among
from distributor.store.tables import (
    contacts,
    groups,
    organizations,
    plan_extras,
    plan_waivers,
    recipient_lists,
    suppressions,
)
from distributor.store.values import restore
from distributor.text import match_key

TABLES: Final[Mapping[Subject, Table]] = {
    Subject.ORGANIZATION: organizations,
    Subject.CONTACT: contacts,
    Subject.GROUP: groups,
    Subject.LIST: recipient_lists,
    Subject.SUPPRESSION: suppressions,
    Subject.EXTRA: plan_extras,
    Subject.WAIVER: plan_waivers,
}
_KINDS: Final[Mapping[Subject, type[Any]]] = {
    Subject.ORGANIZATION: Organization,
    Subject.CONTACT: Contact,
    Subject.GROUP: Group,
    Subject.LIST: RecipientList,
    Subject.SUPPRESSION: Suppression,
    Subject.EXTRA: Extra,
    Subject.WAIVER: Waiver,
}
# the columns that tell which row it is; the id of a change holds them with a blank between
_KEYS: Final[Mapping[Subject, tuple[str, ...]]] = {
    Subject.CONTACT: ("organization", "address_key"),
    Subject.SUPPRESSION: ("address_key", "list_id"),
    Subject.EXTRA: ("bulletin_id", "target"),
    Subject.WAIVER: ("bulletin_id", "organization"),
}
# no address holds a blank, and the empty list of a suppression stands last
_EVERY_LIST: Final = ""
# nearly all addresses and names: nothing in them that `match_key` would change
_PLAIN: Final = re.compile("[a-z0-9@._+-]+|[\u4e00-\u9fff]+")


def key_columns(subject: Subject, key: str) -> dict[str, str]:
    """Give the columns that find the row of a change.

    Args:
        subject: kind of row.
        key: id of the change.
    """
    names = _KEYS.get(subject, ("id",))
    return dict(zip(names, key.split(" ", len(names) - 1), strict=True))


def row_of(subject: Subject, key: str, entity: Entity) -> dict[str, Any]:
    """Make the row of a value, without its position.

    Args:
        subject: kind of row.
        key: id of the change.
        entity: the value.
    """
    row = {**fields_of(entity), **key_columns(subject, key)}
    if isinstance(entity, Organization):
        row["search"] = search_key(entity.id, *entity.names)
    elif isinstance(entity, Contact):
        row["address_key"] = address_key(entity.address)
        row["search"] = search_key(row["address_key"], entity.name or "")
    elif isinstance(entity, Suppression):
        row |= {"list_id": entity.list_id or _EVERY_LIST, "since": entity.since}
    return row


def fields_of(entity: object) -> dict[str, Any]:
    """Give the fields of a value as plain JSON types."""
    if isinstance(entity, Contact):
        return _contact_fields(entity)
    fields = plain(entity)
    if not isinstance(fields, dict):
        raise TypeError(type(entity).__name__)
    return fields


def entity_of(subject: Subject, fields: Mapping[str, Any]) -> Entity:
    """Make a value of its plain fields; columns that are none of them are passed over.

    Args:
        subject: kind of value.
        fields: plain fields, or a row.
    """
    kind = _KINDS[subject]
    known = {name: fields[name] for name in kind.__dataclass_fields__ if name in fields}
    if subject is Subject.SUPPRESSION:
        known["list_id"] = known["list_id"] or None
    found: Entity = restore(kind, known)
    return found


def columns_of(subject: Subject) -> tuple[str, ...]:
    """Name the columns that hold the fields of a value."""
    return tuple(_KINDS[subject].__dataclass_fields__)


def search_key(*texts: str) -> str:
    """Make what a search looks through: the match key of each text, one a line."""
    keys = (text if _PLAIN.fullmatch(text) else match_key(text) for text in texts)
    return "\n".join(dict.fromkeys(filter(None, keys)))


def _contact_fields(contact: Contact) -> dict[str, Any]:
    """Do for a mailbox what `plain` does for any value, at a fraction of the cost: there may be very many."""
    return {
        "address": contact.address,
        "organization": contact.organization,
        "name": contact.name,
        "mailbox": contact.mailbox.value,
        "language": contact.language,
        "format": contact.format.value,
        "valid_from": None if contact.valid_from is None else contact.valid_from.isoformat(),
        "valid_to": None if contact.valid_to is None else contact.valid_to.isoformat(),
    }


async def load_rows(connection: AsyncConnection, subject: Subject, keys: Collection[str]) -> dict[str, Entity]:
    """Give the rows of some ids as they are now; those that are not there are left out.

    Args:
        connection: an open transaction.
        subject: kind of row.
        keys: their ids.
    """
    table, names = TABLES[subject], _KEYS.get(subject, ("id",))
    key = table.c[names[0]] if len(names) == 1 else table.c[names[0]] + " " + table.c[names[1]]
    first = among(connection, table.c[names[0]], {one.split(" ", 1)[0] for one in keys})
    rows = await connection.execute(select(table, key.label("row_key")).where(first))
    wanted = set(keys)
    return {row["row_key"]: entity_of(subject, dict(row)) for row in rows.mappings() if row["row_key"] in wanted}
