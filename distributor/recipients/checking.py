"""What a secretariat should look at in its address book; nothing here stops anybody."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from distributor.model.finding import Finding, Level
from distributor.model.recipient import AddressBook, Group, MailboxRole, Organization, Role, address_key
from distributor.recipients.names import loose_key, name_key
from distributor.recipients.providers import likely_provider
from distributor.text import has_han

_SHORTEST: Final = 2
_MOST_NAMED: Final = 5
# RFC 2142 and habit: machines or the people who run them read these, not the body
_TECHNICAL: Final = frozenset(
    {"abuse", "bounce", "bounces", "daemon", "donotreply", "do-not-reply", "hostmaster", "mailer-daemon", "no-reply"}
    | {"noc", "noreply", "no_reply", "nobody", "postmaster", "root", "security", "spam", "unsubscribe", "usenet"}
    | {"webmaster"}
)


def check(book: AddressBook) -> tuple[Finding, ...]:
    """Look through an address book for what is probably a mistake.

    Args:
        book: the address book, already free of contradictions (see `read_address_book`).

    Returns:
        Findings without lines; parameters name the body, group, list or address.
    """
    return (
        *_bodies(book),
        *_names(book),
        *_groups(book),
        *_lists(book),
        *_addresses(book),
        *_shared(book),
    )


def _warn(code: str, **parameters: str) -> Finding:
    return Finding(Level.WARNING, code, None, parameters)


def _note(code: str, **parameters: str) -> Finding:
    return Finding(Level.INFO, code, None, parameters)


def _bodies(book: AddressBook) -> Iterator[Finding]:
    mailboxes: dict[str, set[MailboxRole]] = defaultdict(set)
    for contact in book.contacts:
        mailboxes[contact.organization].add(contact.mailbox)
    served = {member for group in book.groups for member in group.members}
    served.update(target for recipient_list in book.lists for target in recipient_list.default)
    idle: list[str] = []
    for organization in book.organizations:
        roles = mailboxes.get(organization.id, set())
        if not roles and organization.id in served:
            yield _warn("organization-without-contact", organization=organization.name)
        elif not roles:
            idle.append(organization.name)
        elif MailboxRole.PRIMARY not in roles:
            yield _warn("organization-without-primary", organization=organization.name)
    if idle:
        # they are there so that a footer that names them is understood; nobody waits for them
        yield _note("organizations-without-contact", count=str(len(idle)), organizations=_some(idle))


def _some(names: Sequence[str]) -> str:
    """Name the first few; an address book may hold hundreds."""
    return "、".join(names[:_MOST_NAMED]) + ("……" if len(names) > _MOST_NAMED else "")


def _names(book: AddressBook) -> Iterator[Finding]:
    owners: dict[str, tuple[str, str]] = {}
    values: tuple[Organization | Group, ...] = (*book.organizations, *book.groups)
    for value in values:
        for name in value.names:
            key = name_key(name)
            if len(key) < _SHORTEST:
                yield _warn("name-too-short", name=name, organization=value.name)
            owner, other = owners.setdefault(loose_key(key), (value.id, value.name))
            if owner != value.id:
                yield _warn("names-alike", name=name, organization=value.name, other=other)


def _groups(book: AddressBook) -> Iterator[Finding]:
    for group in book.groups:
        if not group.members:
            yield _warn("group-empty", group=group.name)
        seen: set[str] = set()
        for member in group.members:
            if member in seen:
                yield _note("group-member-twice", group=group.name, member=member)
            seen.add(member)


def _lists(book: AddressBook) -> Iterator[Finding]:
    if not book.lists:
        yield _warn("no-lists")
    for recipient_list in book.lists:
        if not recipient_list.labels and recipient_list.role is not Role.SUBSCRIBER:
            yield _warn("list-without-label", list=recipient_list.name)
        if recipient_list.labels and not recipient_list.default:
            yield _note("list-without-default", list=recipient_list.name)


def _addresses(book: AddressBook) -> Iterator[Finding]:
    bodies = {value.id: value for value in book.organizations}
    for contact in book.contacts:
        organization = _name(bodies, contact.organization)
        local, _, domain = contact.address.rpartition("@")
        if provider := likely_provider(domain):
            likely = f"{local}@{provider}"
            yield _warn("address-typo", address=contact.address, organization=organization, likely=likely)
        if local.casefold() in _TECHNICAL:
            yield _warn("address-technical", address=contact.address, organization=organization)
        if has_han(local) and any(character.isascii() for character in local):
            yield _warn("address-mixed-script", address=contact.address, organization=organization)


def _shared(book: AddressBook) -> Iterator[Finding]:
    bodies = {value.id: value for value in book.organizations}
    holders: dict[str, list[str]] = defaultdict(list)
    for contact in book.contacts:
        holders[address_key(contact.address)].append(_name(bodies, contact.organization))
    for address, names in holders.items():
        if len(names) > 1:
            yield _note("address-shared", address=address, organizations="、".join(dict.fromkeys(names)))


def _name(bodies: dict[str, Organization], key: str) -> str:
    return bodies[key].name if key in bodies else key
