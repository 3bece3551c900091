"""The names of an address book, ready to be looked up."""

from collections.abc import Mapping
from functools import cached_property

from distributor.model.recipient import AddressBook, Group, Organization, RecipientList
from distributor.recipients.names import entry_keys, is_collective, loose_key, name_key
from distributor.recipients.similar import SimilarNames


class Directory:
    """Finds the body or group an entry means, the list a label means, and the bodies below a group.

    Args:
        book: the address book; it is not changed and not checked again.
    """

    def __init__(self, book: AddressBook) -> None:
        self.organizations: Mapping[str, Organization] = {value.id: value for value in book.organizations}
        self._groups: Mapping[str, Group] = {value.id: value for value in book.groups}
        self._lists = {name_key(label): value for value in reversed(book.lists) for label in value.labels}
        self._owners: dict[str, str] = {}
        self._values: tuple[Organization | Group, ...] = (*book.groups, *book.organizations)
        for value in self._values:
            for name in value.names:
                self._owners.setdefault(name_key(name), value.id)
        # a name of punctuation alone would catch what is left of a badly split line
        self._owners.pop("", None)
        self._reached: dict[str, tuple[str, ...]] = {}

    def list_of(self, label: str) -> RecipientList | None:
        """Find the recipient list of a footer label, however it is spaced."""
        return self._lists.get(name_key(label))

    def find(self, entry: str) -> Organization | Group | None:
        """Find what an entry means: by its name, without what footers add, or by usual short forms.

        Args:
            entry: as printed.
        """
        keys = tuple(entry_keys(entry))
        for key in keys:
            if key in self._owners:
                return self._value(self._owners[key])
        groups_only = is_collective(entry)
        for key in keys:
            owners = self._loose_owners.get(loose_key(key), frozenset())
            if len(owners) == 1:
                (owner,) = owners
                if owner in self._groups or not groups_only:
                    return self._value(owner)
        return None

    def exact(self, name: str) -> Organization | Group | None:
        """Give the body or group that has a name, however it is spaced and set."""
        owner = self._owners.get(name_key(name))
        return None if owner is None else self._value(owner)

    def get(self, key: str) -> Organization | Group | None:
        """Give the body or group with an id."""
        return self._groups.get(key) or self.organizations.get(key)

    def suggestions(self, entry: str) -> tuple[str, ...]:
        """Give the known names that look most like an entry, best first, one for each body or group."""
        *_, key = entry_keys(entry)
        return tuple(self._written[number] for number in self._similar.like(key))

    def reached(self, target: Organization | Group) -> tuple[str, ...]:
        """Give the ids of the bodies a target stands for, each once, in the order of the members.

        Args:
            target: a body, or a group whose members may be groups; members that do not exist are passed over.
        """
        if target.id not in self._reached:
            self._reached[target.id] = self._below(target.id)
        return self._reached[target.id]

    def _below(self, start: str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        seen = {start}
        waiting = [start]
        while waiting:
            name = waiting.pop()
            if name in self.organizations:
                found[name] = None
            elif name in self._groups:
                new = [member for member in self._groups[name].members if member not in seen]
                seen.update(new)
                waiting.extend(reversed(new))
        return tuple(found)

    def _value(self, name: str) -> Organization | Group:
        return self._groups.get(name) or self.organizations[name]

    @cached_property
    def _loose_owners(self) -> dict[str, frozenset[str]]:
        owners: dict[str, frozenset[str]] = {}
        for key, owner in self._owners.items():
            loose = loose_key(key)
            owners[loose] = owners.get(loose, frozenset()) | {owner}
        return owners

    @cached_property
    def _names(self) -> list[tuple[str, str, str]]:
        return [(name_key(name), value.id, name) for value in self._values for name in value.names]

    @cached_property
    def _written(self) -> list[str]:
        return [name for _, _, name in self._names]

    @cached_property
    def _similar(self) -> SimilarNames:
        return SimilarNames([(key, owner) for key, owner, _ in self._names])
