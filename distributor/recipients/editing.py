"""Edits of single rows, as a form or a command gives them, checked like the rows of a file."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import Enum
from typing import Final, TypeVar

from distributor.errors import Misconfigured, Refused
from distributor.model.history import Change, Entity, Subject
from distributor.model.recipient import AddressBook, Contact, Group, Organization, RecipientList
from distributor.recipients.changes import compare_rows, contact_key
from distributor.recipients.integrity import PlacedBook, verify
from distributor.recipients.reading import contact_of, group_of, list_of, organization_of
from distributor.recipients.rows import Place, Row

_READERS: Final[Mapping[Subject, Callable[[Row], Entity]]] = {
    Subject.ORGANIZATION: organization_of,
    Subject.GROUP: group_of,
    Subject.CONTACT: contact_of,
    Subject.LIST: list_of,
}
_DAYS: Final = ("valid_from", "valid_to")

Keyed = TypeVar("Keyed", Organization, Group, RecipientList)


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to become of one row.

    Args:
        subject: organizations, groups, contacts or lists.
        key: id of the row, None for a new one.
        values: the fields that change, `None` or an empty text for none; None removes the row.
    """

    subject: Subject
    key: str | None
    values: Mapping[str, object] | None


def edited(edit: Edit, before: Entity | None) -> tuple[Change, ...]:
    """Work out the changes of one edit; a mailbox that gets another address or body is removed and added.

    Args:
        edit: what is to become of the row.
        before: the row as it is, None for a new one.

    Raises:
        Refused: an `edit-…` code with the entry and what is wrong.
    """
    old_key = edit.key if before is not None else None
    if edit.values is None:
        gone = compare_rows(edit.subject, old_key or "", before, None)
        return () if gone is None else (gone,)
    with refusing():
        after = _READERS[edit.subject](_row(edit, before))
    key = _key(after)
    if old_key in {None, key}:
        change = compare_rows(edit.subject, key, before, after)
        return () if change is None else (change,)
    if edit.subject is not Subject.CONTACT:
        raise Refused("edit-id-fixed", entry=str(old_key))
    both = (compare_rows(edit.subject, str(old_key), before, None), compare_rows(edit.subject, key, None, after))
    return tuple(change for change in both if change is not None)


def changed_book(book: AddressBook, changes: Iterable[Change]) -> AddressBook:
    """Give the bodies, groups and lists of a book as they will be; mailboxes are left out.

    Args:
        book: the book as it is.
        changes: what is to be done.

    Raises:
        Refused: an `edit-…` code when the book would contradict itself.
    """
    by_subject: dict[Subject, list[Change]] = {}
    for change in changes:
        by_subject.setdefault(change.subject, []).append(change)
    new = AddressBook(
        organizations=_changed(book.organizations, by_subject.get(Subject.ORGANIZATION, ())),
        groups=_changed(book.groups, by_subject.get(Subject.GROUP, ())),
        lists=_changed(book.lists, by_subject.get(Subject.LIST, ())),
    )
    with refusing():
        verify(
            PlacedBook(
                organizations=tuple((Place("", value.name), value) for value in new.organizations),
                groups=tuple((Place("", value.name), value) for value in new.groups),
                lists=tuple((Place("", value.name), value) for value in new.lists),
            )
        )
    return new


def forget_organization(book: AddressBook, organization_id: str) -> tuple[Change, ...]:
    """Take a body out of everything that names it: groups, lists, and the bodies below it.

    Args:
        book: the book as it is.
        organization_id: the body, or a group.
    """
    found: list[Change | None] = []
    for group in book.groups:
        members = tuple(member for member in group.members if member != organization_id)
        if group.id != organization_id:
            found.append(compare_rows(Subject.GROUP, group.id, group, replace(group, members=members)))
    for entry in book.lists:
        default, members = (
            tuple(target for target in targets if target != organization_id)
            for targets in (entry.default, entry.members)
        )
        after = replace(entry, default=default, members=members)
        found.append(compare_rows(Subject.LIST, entry.id, entry, after))
    for organization in book.organizations:
        if organization.parent == organization_id:
            after_body = replace(organization, parent=None)
            found.append(compare_rows(Subject.ORGANIZATION, organization.id, organization, after_body))
    return tuple(change for change in found if change is not None)


def _row(edit: Edit, before: Entity | None) -> Row:
    entry = edit.key or str(edit.values.get("id") or edit.values.get("address") or "") if edit.values else ""
    values = {**({} if before is None else _table(before)), **(edit.values or {})}
    place = Place("", entry)
    kept = {name: _given(name, value, place) for name, value in values.items()}
    return Row(place, {name: value for name, value in kept.items() if value is not None})


def _table(entity: Entity) -> dict[str, object]:
    return {field.name: _plain(getattr(entity, field.name)) for field in fields(entity)}


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


def _given(name: str, value: object, place: Place) -> object:
    """Take a value of a form: an empty text is none, a day is written as in ISO 8601."""
    if isinstance(value, str) and not value.strip():
        return None
    if name in _DAYS and isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError as error:
            raise place.wrong("book-wrong-type", key=name, expected="2026-01-31") from error
    return list(value) if isinstance(value, tuple) else value


def _key(entity: Entity) -> str:
    if isinstance(entity, Contact):
        return contact_key(entity.organization, entity.address)
    return str(getattr(entity, "id", ""))


def _changed(values: tuple[Keyed, ...], changes: Iterable[Change]) -> tuple[Keyed, ...]:
    kept = {value.id: value for value in values}
    for change in changes:
        if change.after is None:
            kept.pop(change.id, None)
        else:
            kept[change.id] = change.after  # type: ignore[assignment]  # of the subject that the caller chose
    return tuple(kept.values())


@contextmanager
def refusing() -> Iterator[None]:
    """Turn what is wrong with a row of a file into what is wrong with an edit, which has no file."""
    try:
        yield
    except Misconfigured as error:
        parameters = {name: value for name, value in error.parameters.items() if name != "file"}
        raise Refused(error.code.replace("book-", "edit-", 1), **parameters) from error
