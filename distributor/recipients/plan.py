"""Resolved entries and mailboxes → the plan: who gets the mail, once, and why."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from distributor.model.bulletin import DistributionGroup
from distributor.model.extras import Adjustments
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
    Waived,
    address_key,
)
from distributor.recipients.resolution import Resolution, resolve


@dataclass(frozen=True, slots=True)
class _Way:
    """One way from an entry to a mailbox; an address that belongs to no body has no organization."""

    recipient_list: RecipientList
    entry: PlanEntry
    organization: Organization | None
    contact: Contact

    @property
    def organization_name(self) -> str:
        """Name of the body, or of the address, or nothing."""
        return self.contact.name or "" if self.organization is None else self.organization.name


def make_plan(
    distribution: Sequence[DistributionGroup],
    book: AddressBook,
    suppressions: Sequence[Suppression] = (),
    *,
    adjustments: Adjustments | None = None,
    on: date | None = None,
) -> Plan:
    """Resolve the footer of a bulletin to addresses, each once however many ways lead to it.

    Args:
        distribution: the footer as printed.
        book: bodies, contacts, groups and lists.
        suppressions: addresses not to be written to.
        adjustments: what was decided about this bulletin.
        on: day for which bodies and contacts must be valid; None takes all of them.
    """
    return complete_plan(resolve(distribution, book, adjustments), book.contacts, suppressions, on=on)


def complete_plan(
    resolution: Resolution,
    contacts: Sequence[Contact],
    suppressions: Sequence[Suppression] = (),
    *,
    on: date | None = None,
) -> Plan:
    """Lead resolved entries to addresses.

    An address that several lists reach is served by the first of them in the book (报 before 送); when it is
    suppressed there, by the next. Primary and cc mailboxes get the mail, a backup one only where no primary exists;
    otherwise it is an alternate.

    Args:
        resolution: what the entries stand for.
        contacts: the mailboxes of at least the bodies that are reached.
        suppressions: addresses not to be written to.
        on: day for which bodies and contacts must be valid; None takes all of them.
    """
    mailboxes = _Mailboxes(contacts, resolution.directory.organizations, on)
    lists = {value.id: (number, value) for number, value in enumerate(resolution.lists)}
    served = [(lists[entry.list_id], entry) for entry in resolution.entries if entry.list_id is not None]
    served.sort(key=lambda pair: pair[0][0])
    ways = (_Way(found, entry, *reached) for (_, found), entry in served for reached in mailboxes.of(entry))
    spare = [_Way(found, entry, *reached) for (_, found), entry in served for reached in mailboxes.spare(entry)]
    rows, excluded = _rows(ways, suppressions)
    silent = mailboxes.silent(resolution.entries)
    notes = {waiver.organization: waiver.note for waiver in resolution.adjustments.waivers}
    return Plan(
        entries=resolution.entries,
        rows=rows,
        without_contact=tuple(name for key, name in silent.items() if key not in notes),
        excluded=excluded,
        waived=tuple(Waived(name, notes[key]) for key, name in silent.items() if key in notes),
        alternates=_alternates(spare, rows, suppressions),
    )


class _Mailboxes:
    """The mailboxes of bodies, those that get the mail first."""

    def __init__(self, contacts: Sequence[Contact], organizations: Mapping[str, Organization], on: date | None) -> None:
        self._organizations = organizations
        self._on = on
        self._contacts: dict[str, list[Contact]] = defaultdict(list)
        for contact in contacts:
            if _is_valid(contact, on):
                self._contacts[contact.organization].append(contact)

    def of(self, entry: PlanEntry) -> Iterator[tuple[Organization | None, Contact]]:
        """Give the mailboxes an entry leads to, body by body."""
        if entry.target is not None and "@" in entry.target:
            yield None, Contact(entry.target, "", entry.target_name)
        for name in entry.organizations:
            organization = self._organizations[name]
            if _is_valid(organization, self._on):
                for contact in self._written_to(name):
                    yield organization, contact

    def spare(self, entry: PlanEntry) -> Iterator[tuple[Organization, Contact]]:
        """Give the mailboxes of an entry that get the mail only when the others fail, body by body."""
        for name in entry.organizations:
            organization = self._organizations[name]
            if _is_valid(organization, self._on):
                written_to = self._written_to(name)
                for contact in self._contacts.get(name, []):
                    if contact not in written_to:
                        yield organization, contact

    def silent(self, entries: Iterable[PlanEntry]) -> dict[str, str]:
        """Give id and name of bodies and empty groups that entries mean but nobody can be written to at."""
        found: dict[str, str] = {}
        for entry in entries:
            if entry.target is not None and "@" not in entry.target and not entry.organizations:
                found[entry.target] = entry.target_name or entry.target
            for name in entry.organizations:
                organization = self._organizations[name]
                if not _is_valid(organization, self._on) or not self._contacts.get(name):
                    found[name] = organization.name
        return found

    def _written_to(self, name: str) -> list[Contact]:
        contacts = self._contacts.get(name, [])
        has_primary = any(contact.mailbox is MailboxRole.PRIMARY for contact in contacts)
        return [contact for contact in contacts if contact.mailbox is not MailboxRole.BACKUP or not has_primary]


def _is_valid(value: Organization | Contact, on: date | None) -> bool:
    begun = on is None or value.valid_from is None or value.valid_from <= on
    return begun and (on is None or value.valid_to is None or on <= value.valid_to)


def _rows(
    ways: Iterable[_Way], suppressions: Sequence[Suppression]
) -> tuple[tuple[PlanRow, ...], tuple[Excluded, ...]]:
    stopped = {(address_key(value.address), value.list_id): value.reason for value in reversed(suppressions)}
    # nearly every address is reached once: a list for each would double what a plan of a hundred thousand takes
    firsts: dict[str, _Way] = {}
    others: dict[str, list[_Way]] = defaultdict(list)
    for way in ways:
        key = address_key(way.contact.address)
        if firsts.setdefault(key, way) is not way:
            others[key].append(way)
    rows: list[PlanRow] = []
    excluded: list[Excluded] = []
    for key, first in firsts.items():
        open_ways = [way for way in (first, *others.get(key, ())) if _reason(stopped, key, way) is None]
        if open_ways:
            rows.append(_row(open_ways))
        else:
            reason = _reason(stopped, key, first) or ""
            excluded.append(Excluded(first.contact.address, first.organization_name, reason))
    return tuple(rows), tuple(excluded)


def _alternates(
    ways: Sequence[_Way], rows: Sequence[PlanRow], suppressions: Sequence[Suppression]
) -> tuple[PlanRow, ...]:
    stopped = {(address_key(value.address), value.list_id): value.reason for value in suppressions}
    taken = {address_key(row.address) for row in rows}
    by_address: dict[str, list[_Way]] = defaultdict(list)
    for way in ways:
        key = address_key(way.contact.address)
        if key not in taken and _reason(stopped, key, way) is None:
            by_address[key].append(way)
    return tuple(_row(reached) for reached in by_address.values())


def _reason(stopped: dict[tuple[str, str | None], str], key: str, way: _Way) -> str | None:
    everywhere = stopped.get((key, None))
    return everywhere if everywhere is not None else stopped.get((key, way.recipient_list.id))


def _row(ways: Sequence[_Way]) -> PlanRow:
    first = ways[0]
    return PlanRow(
        address=first.contact.address,
        display_name=first.contact.name or first.organization_name or None,
        organization=None if first.organization is None else first.organization.id,
        organization_name=first.organization_name,
        list_id=first.recipient_list.id,
        label=first.entry.label,
        role=first.recipient_list.role,
        language=first.contact.language,
        format=first.contact.format,
        reasons=_shared(tuple(dict.fromkeys(way.entry.text for way in ways))),
    )


@lru_cache(maxsize=1_024)
def _shared(reasons: tuple[str, ...]) -> tuple[str, ...]:
    """Give one tuple for all equal ones: thousands of addresses are reached by the same entry."""
    return reasons
