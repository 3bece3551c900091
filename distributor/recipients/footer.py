"""What an editor should know of a footer: names nobody knows, labels no list has, bodies without mailbox."""

from collections.abc import Iterator, Sequence
from typing import Final

from distributor.model.bulletin import DistributionGroup
from distributor.model.finding import Finding, Level
from distributor.model.recipient import AddressBook
from distributor.recipients.directory import Directory
from distributor.recipients.names import is_collective

_NONE: Final = "—"


def footer_findings(distribution: Sequence[DistributionGroup], book: AddressBook) -> tuple[Finding, ...]:
    """Check the footer of a bulletin against an address book; a part the book lacks altogether is not checked.

    Args:
        distribution: the footer as printed.
        book: bodies at least; labels are checked when it has lists, mailboxes when it has contacts, and entries
            that speak of many bodies (各…, 有关…) when it has groups.

    Returns:
        `unknown-recipient` and `unknown-label` (blocking) and `no-contact` (warning), in the order of the footer.
    """
    directory = Directory(book)
    with_contact = {contact.organization for contact in book.contacts}
    findings: list[Finding] = []
    for group in distribution:
        if book.lists and directory.list_of(group.kind) is None:
            findings.append(_finding(Level.BLOCKING, "unknown-label", group, label=group.kind))
        for entry in group.entries:
            findings += _of_entry(entry, group, book, directory, with_contact)
    return tuple(findings)


def _of_entry(
    entry: str, group: DistributionGroup, book: AddressBook, directory: Directory, with_contact: set[str]
) -> Iterator[Finding]:
    target = directory.find(entry)
    if target is None:
        if book.groups or not is_collective(entry):
            suggestions = "、".join(directory.suggestions(entry)) or _NONE
            yield _finding(
                Level.BLOCKING, "unknown-recipient", group, label=group.kind, entry=entry, suggestions=suggestions
            )
        return
    reached = directory.reached(target)
    silent = [directory.organizations[name].name for name in reached if name not in with_contact]
    if book.contacts and (silent or not reached):
        names = "、".join(silent or [target.name])
        yield _finding(Level.WARNING, "no-contact", group, label=group.kind, entry=entry, organizations=names)


def _finding(level: Level, code: str, group: DistributionGroup, **parameters: str) -> Finding:
    return Finding(level, code, group.line or None, parameters)
