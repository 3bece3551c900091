"""The changes that make one address book the other, as infrastructure tools show them before they act."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum

from distributor.model.recipient import AddressBook, Contact, Group, Organization, RecipientList
from distributor.recipients.addresses import address_key

Entity = Organization | Group | Contact | RecipientList


class Action(StrEnum):
    """What happens to a row."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"


class Subject(StrEnum):
    """What kind of row it is, by the name of its table."""

    ORGANIZATION = "organizations"
    GROUP = "groups"
    CONTACT = "contacts"
    LIST = "lists"


@dataclass(frozen=True, slots=True)
class Change:
    """One row that is added, changed or removed.

    Args:
        action: what happens.
        subject: kind of row.
        id: id of the row; of a contact its organization and address with a blank between.
        before: the row as it is, None when it is added.
        after: the row as it will be, None when it is removed.
        fields: names of the fields that change; `order` when a list moves before or behind another.
    """

    action: Action
    subject: Subject
    id: str
    before: Entity | None = None
    after: Entity | None = None
    fields: tuple[str, ...] = ()


def compare_books(old: AddressBook, new: AddressBook) -> tuple[Change, ...]:
    """List what must be done to the old book to get the new one; nothing for two books that say the same.

    The order of lists counts, since it decides who serves an address; that of other rows does not.

    Args:
        old: the book as it is.
        new: the book as it should be.
    """
    moved = _moved([value.id for value in old.lists], [value.id for value in new.lists])
    return (
        *_compare(Subject.ORGANIZATION, _by_id(old.organizations), _by_id(new.organizations)),
        *_compare(Subject.GROUP, _by_id(old.groups), _by_id(new.groups)),
        *_compare(Subject.CONTACT, _contacts(old), _contacts(new)),
        *_compare(Subject.LIST, _by_id(old.lists), _by_id(new.lists), moved),
    )


def _compare(
    subject: Subject,
    old: Mapping[str, Entity],
    new: Mapping[str, Entity],
    moved: frozenset[str] = frozenset(),
) -> Iterator[Change]:
    for key, after in new.items():
        before = old.get(key)
        if before is None:
            yield Change(Action.ADD, subject, key, None, after)
            continue
        names = (*_changed_fields(before, after), *(("order",) if key in moved else ()))
        if names:
            yield Change(Action.CHANGE, subject, key, before, after, names)
    for key, before in old.items():
        if key not in new:
            yield Change(Action.REMOVE, subject, key, before)


def _changed_fields(before: Entity, after: Entity) -> tuple[str, ...]:
    return tuple(field.name for field in fields(before) if getattr(before, field.name) != getattr(after, field.name))


def _moved(old: Sequence[str], new: Sequence[str]) -> frozenset[str]:
    stayed = set(old) & set(new)
    pairs = zip((name for name in old if name in stayed), (name for name in new if name in stayed), strict=True)
    return frozenset(after for before, after in pairs if before != after)


def _by_id(values: Sequence[Organization | Group | RecipientList]) -> dict[str, Entity]:
    return {value.id: value for value in values}


def _contacts(book: AddressBook) -> dict[str, Entity]:
    return {f"{value.organization} {address_key(value.address)}": value for value in book.contacts}
