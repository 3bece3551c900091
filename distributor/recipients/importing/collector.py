"""Takes the rows of a table one after the other and collects what they say."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from sys import intern
from typing import Final

from distributor.model.recipient import (
    AddressBook,
    Contact,
    Group,
    Organization,
    OrganizationKind,
)
from distributor.recipients.changes import contact_key
from distributor.recipients.directory import Directory
from distributor.recipients.importing import values
from distributor.recipients.importing.cells import Cells, WrongRow, bare, require_plain
from distributor.recipients.importing.columns import Column, Field
from distributor.recipients.importing.draft import Draft, ImportOptions, RowProblem
from distributor.recipients.importing.mailboxes import contacts_in
from distributor.recipients.names import name_key

MOST_PROBLEMS: Final = 500
_MOST_LIKENESSES: Final = 20
_SHOWN: Final = 60
_ID: Final = re.compile("[a-z0-9][a-z0-9-]{0,63}")
_ID_LENGTH: Final = 12
_SEVERAL: Final = re.compile("[、;；,，|\n]+")
_LONGEST_SHORT_NAME: Final = 100


class Collector:
    """Collects the rows of one table.

    Args:
        book: bodies and groups as they are; mailboxes are not needed.
        columns: what the columns mean.
        options: how the table is taken.
    """

    def __init__(self, book: AddressBook, columns: Sequence[Column], options: ImportOptions) -> None:
        self._directory = Directory(book)
        self._group_names = Directory(AddressBook(groups=book.groups))
        self._columns = tuple(columns)
        self._places = {column.field: number for number, column in enumerate(columns) if column.field is not None}
        self._options = options
        self._known: dict[tuple[str, str], str] = {}
        self._names: dict[str, str] = {}
        self._said: dict[str, tuple[tuple[str | None, OrganizationKind | None], int]] = {}
        self._described: dict[str, tuple[str | None, str | None]] = {}
        self.draft = Draft(columns=self._columns, given=frozenset(self._places))
        if options.group is not None:
            self.draft.members[options.group] = {}

    def take(self, line: int, cells: Sequence[str]) -> None:
        """Take one row; one that cannot be taken leaves a problem, and a draft with a problem is never made true.

        Args:
            line: where it stands.
            cells: its cells.
        """
        width = len(cells)
        row = {field: bare(cells[place]) for field, place in self._places.items() if place < width and cells[place]}
        if not row:
            return
        self.draft.rows += 1
        try:
            self._take(line, row)
        except WrongRow as wrong:
            self._note(line, row, wrong)

    def _take(self, line: int, row: Cells) -> None:
        require_plain(row)
        groups = self._groups(row)
        organization = self._organization(line, row)
        for contact in contacts_in(row, organization):
            self._add(line, contact)
        self.draft.touched[organization] = None
        for group in groups:
            self.draft.members.setdefault(group, {})[organization] = None

    # --- bodies -------------------------------------------------------------------------------------------------

    def _organization(self, line: int, row: Cells) -> str:
        name, key = row.get(Field.ORGANIZATION, ""), row.get(Field.ID, "")
        if not name and not key:
            raise WrongRow(Field.ORGANIZATION, "row.organization-missing")
        found = self._known.get((key, name))
        if found is None:
            found = self._known[key, name] = intern(self._find(name, key))
        self._describe(line, found, row)
        return found

    def _find(self, name: str, key: str) -> str:
        if key and not _ID.fullmatch(key):
            raise WrongRow(Field.ID, "error.edit-id-form", entry=name or key, value=key)
        by_id = self._directory.get(key) if key else None
        by_name = self._directory.find(name) if name else None
        found = by_id or by_name
        if isinstance(found, Group):
            raise WrongRow(Field.ORGANIZATION, "row.group-as-organization", name=found.name)
        if by_id is not None and by_name is not None and by_id.id != by_name.id:
            raise WrongRow(Field.ID, "row.id-of-another", id=key, name=by_id.name)
        if found is not None:
            if key and by_id is None:
                raise WrongRow(Field.ID, "row.id-differs", found.id, name=found.name, id=found.id)
            return found.id
        if not name:
            raise WrongRow(Field.ID, "row.id-unknown", id=key)
        return self._invent(name, key)

    def _invent(self, name: str, key: str) -> str:
        """Make a new body; the same name always gives the same id."""
        strict = name_key(name)
        there = self._names.get(strict)
        if there is not None:
            if key and key != there:
                raise WrongRow(Field.ID, "row.id-differs", there, name=name, id=there)
            return there
        new = key or "o-" + hashlib.sha256(strict.encode()).hexdigest()[:_ID_LENGTH]
        if new in self.draft.organizations or self._directory.get(new) is not None:
            taken = self.draft.organizations.get(new)
            raise WrongRow(Field.ID, "row.id-of-another", id=new, name=taken.name if taken else new)
        self._names[strict] = new
        self.draft.organizations[new] = Organization(new, name, OrganizationKind.OTHER)
        if len(self.draft.likenesses) < _MOST_LIKENESSES:
            likely = self._directory.suggestions(name)[:1]
            self.draft.likenesses += [(name, like) for like in likely]
        return new

    def _describe(self, line: int, key: str, row: Cells) -> None:
        short, kind = row.get(Field.SHORT_NAME), row.get(Field.KIND)
        if (short is None and kind is None) or self._described.get(key) == (short, kind):
            return
        if short is not None and len(short) > _LONGEST_SHORT_NAME:
            raise WrongRow(Field.SHORT_NAME, "row.too-long", limit=_LONGEST_SHORT_NAME)
        sort = values.kind_of(kind) if kind else None
        if kind and sort is None:
            raise WrongRow(Field.KIND, "row.unknown-word", values.words_for("kind"))
        said, first = self._said.setdefault(key, ((short, sort), line))
        if said != (short, sort):
            raise WrongRow(Field.SHORT_NAME, "row.contradicts", line=first)
        self._described[key] = (short, kind)
        before = self.draft.organizations.get(key) or self._directory.organizations[key]
        after = replace(before, short_name=self._short(before, short), kind=sort or before.kind)
        if after != before:
            self.draft.organizations[key] = after

    def _short(self, before: Organization, short: str | None) -> str | None:
        if short is None or name_key(short) in {name_key(name) for name in (before.name, *before.aliases)}:
            return before.short_name
        owner = self._directory.exact(short)
        other = owner.id if owner is not None else self._names.get(name_key(short))
        if other is not None and other != before.id:
            raise WrongRow(Field.SHORT_NAME, "row.name-taken", name=owner.name if owner is not None else short)
        self._names[name_key(short)] = before.id
        return short

    # --- mailboxes ----------------------------------------------------------------------------------------------

    def _add(self, line: int, contact: Contact) -> None:
        key = contact_key(contact.organization, contact.address)
        there = self.draft.index.get(key)
        if there is None:
            self.draft.index[key] = len(self.draft.contacts)
            self.draft.contacts.append(contact)
            self.draft.lines.append(line)
        elif replace(self.draft.contacts[there], address=contact.address) != contact:
            raise WrongRow(Field.ADDRESS, "row.contradicts", line=self.draft.lines[there])

    # --- groups -------------------------------------------------------------------------------------------------

    def _groups(self, row: Cells) -> list[str]:
        found = [] if self._options.group is None else [self._options.group]
        for name in filter(None, map(str.strip, _SEVERAL.split(row.get(Field.GROUPS, "")))):
            group = self._group_names.get(name) or self._group_names.exact(name)
            if group is None:
                likely = self._group_names.suggestions(name)[:1]
                raise WrongRow(Field.GROUPS, "row.group-unknown", "".join(likely), name=name[:_SHOWN])
            found.append(group.id)
        return found

    def _note(self, line: int, row: Cells, wrong: WrongRow) -> None:
        self.draft.problem_count += 1
        if len(self.draft.problems) >= MOST_PROBLEMS:
            return
        column = "" if wrong.field is None else self._heading(wrong.field)
        written = "" if wrong.field is None else row.get(wrong.field, "")
        visible = "".join(character if character.isprintable() else "�" for character in written[:_SHOWN])
        value = visible + "…" if len(written) > _SHOWN else visible
        problem = RowProblem(line, column, value, wrong.message, wrong.parameters, wrong.suggestion)
        self.draft.problems.append(problem)

    def _heading(self, field: Field) -> str:
        place = self._places.get(field)
        return "" if place is None else self._columns[place].heading
