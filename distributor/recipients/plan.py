"""Distribution entries and an address book → the plan: who gets the mail, once, and why."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from distributor.model.bulletin import DistributionGroup
from distributor.model.recipient import (
    AddressBook,
    Contact,
    Excluded,
    MailboxRole,
    Organization,
    Plan,
    PlanEntry,
    PlanRow,
    RecipientList,
    Suppression,
)
from distributor.recipients.addresses import address_key
from distributor.recipients.directory import Directory


@dataclass(frozen=True, slots=True)
class _Way:
    """One way from an entry to a mailbox."""

    recipient_list: RecipientList
    entry: PlanEntry
    organization: Organization
    contact: Contact


def make_plan(
    distribution: Sequence[DistributionGroup],
    book: AddressBook,
    suppressions: Sequence[Suppression] = (),
    *,
    on: date | None = None,
) -> Plan:
    """Resolve the footer of a bulletin to addresses, each once however many ways lead to it.

    An address that several lists reach is served by the first of them in the book (报 before 送); when it is
    suppressed there, by the next. Primary and cc mailboxes get the mail, a backup one only where no primary exists.

    Args:
        distribution: the footer as printed.
        book: bodies, contacts, groups and lists.
        suppressions: addresses not to be written to.
        on: day for which bodies and contacts must be valid; None takes all of them.
    """
    directory = Directory(book)
    mailboxes = _Mailboxes(book.contacts, directory.organizations, on)
    pairs = tuple((entry, directory.list_of(entry.label)) for entry in _entries(distribution, directory))
    served = [(entry, found) for entry, found in pairs if found is not None]
    order = {value.id: number for number, value in enumerate(book.lists)}
    served.sort(key=lambda pair: order[pair[1].id])
    ways = [_Way(found, entry, *reached) for entry, found in served for reached in mailboxes.of(entry)]
    rows, excluded = _rows(ways, suppressions)
    return Plan(
        entries=tuple(entry for entry, _ in pairs),
        rows=rows,
        without_contact=mailboxes.silent(entry for entry, _ in pairs),
        excluded=excluded,
    )


def _entries(distribution: Sequence[DistributionGroup], directory: Directory) -> Iterator[PlanEntry]:
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


class _Mailboxes:
    """The mailboxes of bodies, those that get the mail first."""

    def __init__(self, contacts: Sequence[Contact], organizations: Mapping[str, Organization], on: date | None) -> None:
        self._organizations = organizations
        self._on = on
        self._contacts: dict[str, list[Contact]] = defaultdict(list)
        for contact in contacts:
            if _is_valid(contact, on):
                self._contacts[contact.organization].append(contact)

    def of(self, entry: PlanEntry) -> Iterator[tuple[Organization, Contact]]:
        """Give the mailboxes an entry leads to, body by body."""
        for name in entry.organizations:
            organization = self._organizations[name]
            if _is_valid(organization, self._on):
                for contact in self._written_to(name):
                    yield organization, contact

    def silent(self, entries: Iterable[PlanEntry]) -> tuple[str, ...]:
        """Give the names of bodies and empty groups that entries mean but nobody can be written to at."""
        found: dict[str, None] = {}
        for entry in entries:
            if entry.target_name is not None and not entry.organizations:
                found[entry.target_name] = None
            for name in entry.organizations:
                organization = self._organizations[name]
                if not _is_valid(organization, self._on) or not self._contacts.get(name):
                    found[organization.name] = None
        return tuple(found)

    def _written_to(self, name: str) -> list[Contact]:
        contacts = self._contacts.get(name, [])
        has_primary = any(contact.mailbox is MailboxRole.PRIMARY for contact in contacts)
        return [contact for contact in contacts if contact.mailbox is not MailboxRole.BACKUP or not has_primary]


def _is_valid(value: Organization | Contact, on: date | None) -> bool:
    begun = on is None or value.valid_from is None or value.valid_from <= on
    return begun and (on is None or value.valid_to is None or on <= value.valid_to)


def _rows(
    ways: Sequence[_Way], suppressions: Sequence[Suppression]
) -> tuple[tuple[PlanRow, ...], tuple[Excluded, ...]]:
    stopped = {(address_key(value.address), value.list_id): value.reason for value in reversed(suppressions)}
    by_address: dict[str, list[_Way]] = defaultdict(list)
    for way in ways:
        by_address[address_key(way.contact.address)].append(way)
    rows: list[PlanRow] = []
    excluded: list[Excluded] = []
    for key, reached in by_address.items():
        open_ways = [way for way in reached if _reason(stopped, key, way) is None]
        if open_ways:
            rows.append(_row(open_ways))
        else:
            first = reached[0]
            reason = _reason(stopped, key, first) or ""
            excluded.append(Excluded(first.contact.address, first.organization.name, reason))
    return tuple(rows), tuple(excluded)


def _reason(stopped: dict[tuple[str, str | None], str], key: str, way: _Way) -> str | None:
    everywhere = stopped.get((key, None))
    return everywhere if everywhere is not None else stopped.get((key, way.recipient_list.id))


def _row(ways: Sequence[_Way]) -> PlanRow:
    first = ways[0]
    return PlanRow(
        address=first.contact.address,
        display_name=first.contact.name or first.organization.name,
        organization=first.organization.id,
        organization_name=first.organization.name,
        list_id=first.recipient_list.id,
        label=first.entry.label,
        role=first.recipient_list.role,
        language=first.contact.language,
        format=first.contact.format,
        reasons=tuple(dict.fromkeys(way.entry.text for way in ways)),
    )
