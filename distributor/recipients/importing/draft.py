"""What a table would make of an address book, before it is compared with the mailboxes that are kept."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from distributor.model.history import Change, Subject
from distributor.model.recipient import AddressBook, Contact, Group, Organization
from distributor.recipients.changes import compare_rows
from distributor.recipients.importing.columns import Column, Field


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a table is taken.

    Args:
        group: id of the group that the bodies of the table join, or None.
        replace: mailboxes that the table lacks go: those of the bodies in it with a group, whose members become
            exactly those bodies; else all.
        columns: what a person says of columns, by position.
    """

    group: str | None = None
    replace: bool = False
    columns: Mapping[int, Field | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row cannot be taken.

    Args:
        line: of the file, or row of the sheet.
        column: heading of the column, empty for the whole row.
        value: what stands there, shortened.
        message: id of the sentence.
        parameters: values the sentence names.
        suggestion: what may have been meant, or empty.
    """

    line: int
    column: str
    value: str
    message: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    suggestion: str = ""


@dataclass(slots=True)
class Draft:
    """Everything a table says; a row with a problem has left nothing.

    Args:
        columns: what the columns mean.
        given: fields that the table has a column for.
        organizations: new bodies, and known ones that change, by id.
        touched: ids of all bodies the table names, in order.
        members: ids of bodies by id of the group they join.
        contacts: its mailboxes.
        lines: where each of them stands.
        index: position of each mailbox by its id.
        rows: how many rows there were beside the heading.
        problems: what cannot be taken, as many as are kept.
        problem_count: how many problems there are.
        likenesses: new bodies that look like known ones.
    """

    columns: tuple[Column, ...] = ()
    given: frozenset[Field] = frozenset()
    organizations: dict[str, Organization] = field(default_factory=dict)
    touched: dict[str, None] = field(default_factory=dict)
    members: dict[str, dict[str, None]] = field(default_factory=dict)
    contacts: list[Contact] = field(default_factory=list)
    lines: "array[int]" = field(default_factory=lambda: array("L"))
    index: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    problem_count: int = 0
    likenesses: list[tuple[str, str]] = field(default_factory=list)


def group_changes(draft: Draft, book: AddressBook, options: ImportOptions) -> tuple[Change, ...]:
    """Give the changes of bodies and groups.

    Args:
        draft: what the table says.
        book: bodies and groups as they are.
        options: how the table is taken.
    """
    known = {value.id: value for value in book.organizations}
    bodies = (
        compare_rows(Subject.ORGANIZATION, key, known.get(key), value) for key, value in draft.organizations.items()
    )
    groups = (
        compare_rows(Subject.GROUP, group.id, group, replace(group, members=_members(group, draft, options)))
        for group in book.groups
    )
    return tuple(change for change in (*bodies, *groups) if change is not None)


def merged_contact(kept: Contact | None, draft: Contact, given: frozenset[Field]) -> Contact:
    """Give a mailbox as it will be: what the table has no column for stays as it is.

    Args:
        kept: the mailbox as it is, None for a new one.
        draft: as the table has it.
        given: fields that the table has a column for.
    """
    if kept is None:
        return draft
    return Contact(
        address=kept.address,
        organization=kept.organization,
        name=draft.name if Field.NAME in given else kept.name,
        mailbox=draft.mailbox if Field.MAILBOX in given else kept.mailbox,
        language=draft.language if Field.LANGUAGE in given else kept.language,
        format=draft.format if Field.FORMAT in given else kept.format,
        valid_from=draft.valid_from if Field.VALID_FROM in given else kept.valid_from,
        valid_to=draft.valid_to if Field.VALID_TO in given else kept.valid_to,
    )


def _members(group: Group, draft: Draft, options: ImportOptions) -> tuple[str, ...]:
    joining = draft.members.get(group.id, {})
    if options.replace and group.id == options.group:
        return tuple(joining)
    return (*group.members, *(name for name in joining if name not in set(group.members)))
