"""Distribution entries and the names of an address book → what each entry stands for; mailboxes come later."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from distributor.model.bulletin import DistributionGroup
from distributor.model.extras import Adjustments, Extra
from distributor.model.recipient import AddressBook, EntrySource, PlanEntry, RecipientList
from distributor.recipients.directory import Directory


@dataclass(frozen=True, slots=True)
class Resolution:
    """The entries of a bulletin resolved: those of its footer, those its lists always serve, and those added to it.

    Args:
        entries: footer first, then members of lists, then additions.
        directory: the names they were resolved by.
        lists: the recipient lists in the order of the book.
        adjustments: what was decided about this bulletin.
    """

    entries: tuple[PlanEntry, ...]
    directory: Directory
    lists: tuple[RecipientList, ...]
    adjustments: Adjustments

    @property
    def organizations(self) -> tuple[str, ...]:
        """Ids of the bodies that are reached, each once: their mailboxes are all that a plan needs."""
        return tuple(dict.fromkeys(name for entry in self.entries for name in entry.organizations))

    @property
    def addresses(self) -> tuple[str, ...]:
        """Addresses that are reached without a body."""
        return tuple(dict.fromkeys(entry.target for entry in self.entries if entry.target and "@" in entry.target))


def resolve(
    distribution: Sequence[DistributionGroup], book: AddressBook, adjustments: Adjustments | None = None
) -> Resolution:
    """Resolve the footer of a bulletin to bodies and groups.

    A list whose members are served with every issue adds them when the footer uses it, or when it has no label.

    Args:
        distribution: the footer as printed.
        book: bodies, groups and lists; mailboxes are not needed.
        adjustments: what was decided about this bulletin.
    """
    directory = Directory(book)
    decided = adjustments or Adjustments()
    footer = tuple(_of_footer(distribution, directory))
    used = {entry.list_id for entry in footer} | {extra.list_id for extra in decided.extras}
    lists = {value.id: value for value in book.lists}
    entries = (
        *footer,
        *(entry for value in book.lists if not value.labels or value.id in used for entry in _always(value, directory)),
        *(_added(extra, lists.get(extra.list_id), directory) for extra in decided.extras),
    )
    return Resolution(entries, directory, book.lists, decided)


def _of_footer(distribution: Sequence[DistributionGroup], directory: Directory) -> Iterator[PlanEntry]:
    for group in distribution:
        recipient_list = directory.list_of(group.kind)
        list_id = None if recipient_list is None else recipient_list.id
        for text in group.entries:
            target = directory.find(text)
            if target is None:
                suggestions = directory.suggestions(text)
                yield PlanEntry(group.kind, text, list_id, None, suggestions=suggestions)
            else:
                reached = directory.reached(target)
                yield PlanEntry(group.kind, text, list_id, target.id, target.name, reached)


def _always(recipient_list: RecipientList, directory: Directory) -> Iterator[PlanEntry]:
    for target in recipient_list.members:
        yield _direct(target, None, recipient_list, directory, EntrySource.LIST)


def _added(extra: Extra, recipient_list: RecipientList | None, directory: Directory) -> PlanEntry:
    if recipient_list is None:
        return PlanEntry(extra.list_id, extra.name or extra.target, None, None, source=EntrySource.EXTRA)
    return _direct(extra.target, extra.name, recipient_list, directory, EntrySource.EXTRA)


def _direct(
    target: str, name: str | None, recipient_list: RecipientList, directory: Directory, source: EntrySource
) -> PlanEntry:
    """Make an entry of an id or an address; a body that is gone leaves an unresolved entry, which blocks."""
    label = recipient_list.labels[0] if recipient_list.labels else recipient_list.name
    if "@" in target:
        return PlanEntry(label, target, recipient_list.id, target, name, source=source)
    found = directory.get(target)
    if found is None:
        return PlanEntry(label, name or target, recipient_list.id, None, source=source)
    reached = directory.reached(found)
    return PlanEntry(label, found.name, recipient_list.id, found.id, found.name, reached, source=source)
