"""Parsed TOML documents → organizations, groups, contacts and lists; strict, and pure."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from distributor.errors import AddressRefused
from distributor.model.recipient import (
    AddressBook,
    Contact,
    Group,
    MailboxRole,
    MailFormat,
    Organization,
    OrganizationKind,
    RecipientList,
    Role,
)
from distributor.recipients.addresses import clean_address
from distributor.recipients.integrity import PlacedBook, verify, verify_organizations
from distributor.recipients.rows import Place, Row, refuse_other_tables, rows

_ORGANIZATION_KEYS: Final = frozenset(
    {"id", "name", "kind", "short_name", "aliases", "parent", "valid_from", "valid_to"},
)
_CONTACT_KEYS: Final = frozenset(
    {"organization", "address", "name", "mailbox", "language", "format", "valid_from", "valid_to"},
)
_GROUP_KEYS: Final = frozenset({"id", "name", "aliases", "members"})
_LIST_KEYS: Final = frozenset({"id", "name", "labels", "role", "must_receive", "default", "subject"})
_ORGANIZATION_TABLES: Final = frozenset({"organizations", "groups"})
_RECIPIENT_TABLES: Final = frozenset({"contacts", "groups", "lists"})

_ID: Final = re.compile("[a-z0-9][a-z0-9-]{0,63}")
_LANGUAGE: Final = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")

Files = tuple[str, str]


def read_organizations(document: Mapping[str, object], file: str) -> tuple[Organization, ...]:
    """Read the bodies of organizations.toml.

    Args:
        document: the parsed file.
        file: its name, for errors.

    Raises:
        Misconfigured: a `book-…` code with file and entry.
    """
    refuse_other_tables(document, _ORGANIZATION_TABLES, file)
    placed = tuple(_organizations(document, file))
    verify_organizations(placed)
    return tuple(organization for _, organization in placed)


def read_address_book(
    organizations_document: Mapping[str, object],
    recipients_document: Mapping[str, object],
    *,
    files: Files = ("organizations.toml", "recipients.toml"),
) -> AddressBook:
    """Read organizations.toml and recipients.toml together; groups may stand in either.

    Args:
        organizations_document: parsed organizations.toml.
        recipients_document: parsed recipients.toml; empty when only names are needed.
        files: names of the two files, for errors.

    Raises:
        Misconfigured: a `book-…` code with file and entry.
    """
    refuse_other_tables(organizations_document, _ORGANIZATION_TABLES, files[0])
    refuse_other_tables(recipients_document, _RECIPIENT_TABLES, files[1])
    placed = PlacedBook(
        organizations=tuple(_organizations(organizations_document, files[0])),
        groups=(*_groups(organizations_document, files[0]), *_groups(recipients_document, files[1])),
        contacts=tuple(_contacts(recipients_document, files[1])),
        lists=tuple(_lists(recipients_document, files[1])),
    )
    verify(placed)
    return placed.book


def _organizations(document: Mapping[str, object], file: str) -> Iterator[tuple[Place, Organization]]:
    for row in rows(document, "organizations", _ORGANIZATION_KEYS, file):
        valid_from, valid_to = _validity(row)
        yield (
            row.place,
            Organization(
                id=_id(row),
                name=row.text("name"),
                kind=row.choice("kind", OrganizationKind),
                short_name=row.optional_text("short_name"),
                aliases=row.texts("aliases"),
                parent=row.optional_text("parent"),
                valid_from=valid_from,
                valid_to=valid_to,
            ),
        )


def _groups(document: Mapping[str, object], file: str) -> Iterator[tuple[Place, Group]]:
    for row in rows(document, "groups", _GROUP_KEYS, file):
        yield row.place, Group(_id(row), row.text("name"), row.texts("aliases"), row.texts("members"))


def _contacts(document: Mapping[str, object], file: str) -> Iterator[tuple[Place, Contact]]:
    for row in rows(document, "contacts", _CONTACT_KEYS, file):
        valid_from, valid_to = _validity(row)
        yield (
            row.place,
            Contact(
                address=_address(row),
                organization=row.text("organization"),
                name=row.optional_text("name"),
                mailbox=row.choice("mailbox", MailboxRole, MailboxRole.PRIMARY),
                language=_language(row),
                format=row.choice("format", MailFormat, MailFormat.HTML),
                valid_from=valid_from,
                valid_to=valid_to,
            ),
        )


def _lists(document: Mapping[str, object], file: str) -> Iterator[tuple[Place, RecipientList]]:
    for row in rows(document, "lists", _LIST_KEYS, file):
        yield (
            row.place,
            RecipientList(
                id=_id(row),
                name=row.text("name"),
                labels=row.texts("labels"),
                role=row.choice("role", Role),
                must_receive=row.flag("must_receive", default=True),
                default=row.texts("default"),
                subject=row.optional_text("subject"),
            ),
        )


def _id(row: Row) -> str:
    value = row.text("id")
    if not _ID.fullmatch(value):
        raise row.place.wrong("book-id-form", value=value)
    return value


def _language(row: Row) -> str:
    value = row.optional_text("language") or "zh-CN"
    if not _LANGUAGE.fullmatch(value):
        raise row.place.wrong("book-unknown-value", key="language", value=value, allowed="zh-CN, en")
    return value


def _address(row: Row) -> str:
    written = row.text("address")
    try:
        return clean_address(written)
    except AddressRefused as error:
        raise row.place.wrong("book-address", address=error.parameters["address"], problem=error.code) from error


def _validity(row: Row) -> tuple[date | None, date | None]:
    first, last = row.day("valid_from"), row.day("valid_to")
    if first is not None and last is not None and last < first:
        raise row.place.wrong("book-dates", valid_from=first.isoformat(), valid_to=last.isoformat())
    return first, last
