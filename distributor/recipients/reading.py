"""Parsed TOML documents → organizations, groups, contacts and lists; strict, and pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
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
    OriginalFile,
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
_LIST_KEYS: Final = frozenset(
    {"id", "name", "labels", "role", "must_receive", "default", "subject", "members"}
    | {"sender_name", "sender_address", "reply_to", "template", "original"},
)
_ORGANIZATION_TABLES: Final = frozenset({"organizations", "groups"})
_RECIPIENT_TABLES: Final = frozenset({"contacts", "groups", "lists"})

_ID: Final = re.compile("[a-z0-9][a-z0-9-]{0,63}")
_LANGUAGE: Final = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_LONGEST_LANGUAGE: Final = 20

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


def read_recipients(document: Mapping[str, object], organizations: Sequence[Organization], file: str) -> AddressBook:
    """Read recipients.toml alone, for bodies that are known already.

    Args:
        document: parsed recipients.toml; it holds all lists, groups and contacts.
        organizations: the bodies they may name.
        file: name of the file, for errors.

    Raises:
        Misconfigured: a `book-…` code with file and entry.
    """
    refuse_other_tables(document, _RECIPIENT_TABLES, file)
    placed = PlacedBook(
        organizations=tuple((Place(file, value.id), value) for value in organizations),
        groups=tuple(_groups(document, file)),
        contacts=tuple(_contacts(document, file)),
        lists=tuple(_lists(document, file)),
    )
    verify(placed)
    return placed.book


def organization_of(row: Row) -> Organization:
    """Read one body."""
    valid_from, valid_to = _validity(row)
    return Organization(
        id=_id(row),
        name=row.text("name"),
        kind=row.choice("kind", OrganizationKind),
        short_name=row.optional_text("short_name"),
        aliases=row.texts("aliases"),
        parent=row.optional_text("parent"),
        valid_from=valid_from,
        valid_to=valid_to,
    )


def group_of(row: Row) -> Group:
    """Read one group."""
    return Group(_id(row), row.text("name"), row.texts("aliases"), row.texts("members"))


def contact_of(row: Row) -> Contact:
    """Read one mailbox."""
    valid_from, valid_to = _validity(row)
    return Contact(
        address=_address(row, "address"),
        organization=row.text("organization"),
        name=row.optional_text("name"),
        mailbox=row.choice("mailbox", MailboxRole, MailboxRole.PRIMARY),
        language=_language(row),
        format=row.choice("format", MailFormat, MailFormat.HTML),
        valid_from=valid_from,
        valid_to=valid_to,
    )


def list_of(row: Row) -> RecipientList:
    """Read one recipient list."""
    return RecipientList(
        id=_id(row),
        name=row.text("name"),
        labels=row.texts("labels"),
        role=row.choice("role", Role),
        must_receive=row.flag("must_receive", default=True),
        default=row.texts("default"),
        subject=row.optional_text("subject"),
        members=tuple(_member(row, value) for value in row.texts("members")),
        sender_name=row.optional_text("sender_name"),
        sender_address=_own_address(row, "sender_address"),
        reply_to=_own_address(row, "reply_to"),
        template=None if row.optional_text("template") is None else _id(row, "template"),
        original=row.choice("original", OriginalFile, OriginalFile.LINK),
    )


def _organizations(document: Mapping[str, object], file: str) -> Iterator[tuple[Place, Organization]]:
    for row in rows(document, "organizations", _ORGANIZATION_KEYS, file):
        yield row.place, organization_of(row)


def _groups(document: Mapping[str, object], file: str) -> Iterator[tuple[Place, Group]]:
    for row in rows(document, "groups", _GROUP_KEYS, file):
        yield row.place, group_of(row)


def _contacts(document: Mapping[str, object], file: str) -> Iterator[tuple[Place, Contact]]:
    for row in rows(document, "contacts", _CONTACT_KEYS, file):
        yield row.place, contact_of(row)


def _lists(document: Mapping[str, object], file: str) -> Iterator[tuple[Place, RecipientList]]:
    for row in rows(document, "lists", _LIST_KEYS, file):
        yield row.place, list_of(row)


def _id(row: Row, key: str = "id") -> str:
    value = row.text(key)
    if not _ID.fullmatch(value):
        raise row.place.wrong("book-id-form", value=value)
    return value


def _language(row: Row) -> str:
    value = row.optional_text("language") or "zh-CN"
    if not is_language(value):
        raise row.place.wrong("book-unknown-value", key="language", value=value, allowed="zh-CN, en")
    return value


def is_language(value: str) -> bool:
    """Tell whether a text is a language tag (BCP 47) of at most twenty characters."""
    return len(value) <= _LONGEST_LANGUAGE and _LANGUAGE.fullmatch(value) is not None


def _address(row: Row, key: str) -> str:
    return _cleaned(row, row.text(key))


def _own_address(row: Row, key: str) -> str | None:
    """An address that stands in the headers and links of every mail; SMTPUTF8 is for single recipients (RFC 6531)."""
    value = row.optional_text(key)
    address = None if value is None else _cleaned(row, value)
    if address is not None and not address.isascii():
        raise row.place.wrong("book-sender", address=address)
    return address


def _member(row: Row, value: str) -> str:
    return _cleaned(row, value) if "@" in value or "＠" in value else value


def _cleaned(row: Row, written: str) -> str:
    try:
        return clean_address(written)
    except AddressRefused as error:
        raise row.place.wrong("book-address", address=error.parameters["address"], problem=error.code) from error


def _validity(row: Row) -> tuple[date | None, date | None]:
    first, last = row.day("valid_from"), row.day("valid_to")
    if first is not None and last is not None and last < first:
        raise row.place.wrong("book-dates", valid_from=first.isoformat(), valid_to=last.isoformat())
    return first, last
