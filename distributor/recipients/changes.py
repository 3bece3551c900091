"""The changes that make one address book the other, as infrastructure tools show them before they act."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from distributor.model.history import Action, Change, Entity, Subject, changed_fields
from distributor.model.recipient import AddressBook, Group, Organization, RecipientList, address_key

# a few removals are everyday work; from here on somebody may have given the wrong file
_FEWEST: Final = 10
_SHARE: Final = 5


@dataclass(frozen=True, slots=True)
class MassRemoval:
    """So many rows of one kind go that a person should say it twice.

    Args:
        subject: kind of row.
        removed: how many go.
        total: how many there are.
    """

    subject: Subject
    removed: int
    total: int


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


def compare_rows(subject: Subject, key: str, before: Entity | None, after: Entity | None) -> Change | None:
    """Give the change that makes one row the other, or None when they say the same.

    Args:
        subject: kind of row.
        key: id of the row.
        before: the row as it is, None when there is none.
        after: the row as it should be, None when it goes.
    """
    if before is None:
        return None if after is None else Change(Action.ADD, subject, key, None, after)
    if after is None:
        return Change(Action.REMOVE, subject, key, before)
    names = changed_fields(before, after)
    return Change(Action.CHANGE, subject, key, before, after, names) if names else None


def merged(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Make one change of several that follow one another on the same row; what cancels out is left out.

    Args:
        changes: in the order in which they happen.
    """
    found: dict[tuple[Subject, str], tuple[Entity | None, Entity | None]] = {}
    for change in changes:
        key = (change.subject, change.id)
        before = found[key][0] if key in found else change.before
        found[key] = (before, change.after)
    rows = (compare_rows(subject, key, before, after) for (subject, key), (before, after) in found.items())
    return tuple(change for change in rows if change is not None)


def contact_key(organization: str, address: str) -> str:
    """Make the id of a contact: its organization and the key of its address."""
    return f"{organization} {address_key(address)}"


def mass_removal(changes: Iterable[Change], totals: Mapping[Subject, int]) -> MassRemoval | None:
    """Find the kind of row of which changes remove at least ten and more than a fifth, or None.

    Args:
        changes: what is to be done.
        totals: how many rows of each kind there are now.
    """
    removed = Counter(change.subject for change in changes if change.action is Action.REMOVE)
    for subject, count in removed.items():
        total = totals.get(subject, 0)
        if is_mass(count, total):
            return MassRemoval(subject, count, total)
    return None


def is_mass(removed: int, total: int) -> bool:
    """Tell whether so many removals are asked about: at least ten, and more than a fifth."""
    return removed >= _FEWEST and removed * _SHARE > total


def totals_of(book: AddressBook) -> dict[Subject, int]:
    """Count the rows of a book by their kind."""
    return {
        Subject.ORGANIZATION: len(book.organizations),
        Subject.GROUP: len(book.groups),
        Subject.CONTACT: len(book.contacts),
        Subject.LIST: len(book.lists),
    }


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
        names = (*changed_fields(before, after), *(("order",) if key in moved else ()))
        if names:
            yield Change(Action.CHANGE, subject, key, before, after, names)
    for key, before in old.items():
        if key not in new:
            yield Change(Action.REMOVE, subject, key, before)


def _moved(old: Sequence[str], new: Sequence[str]) -> frozenset[str]:
    stayed = set(old) & set(new)
    pairs = zip((name for name in old if name in stayed), (name for name in new if name in stayed), strict=True)
    return frozenset(after for before, after in pairs if before != after)


def _by_id(values: Sequence[Organization | Group | RecipientList]) -> dict[str, Entity]:
    return {value.id: value for value in values}


def _contacts(book: AddressBook) -> dict[str, Entity]:
    return {contact_key(value.organization, value.address): value for value in book.contacts}
