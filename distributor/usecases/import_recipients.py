"""Import bodies and mailboxes from a table: read, show what would change, make it true as a whole."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import islice

import anyio.to_thread

from distributor import access, recipients
from distributor.access import Act, Actor
from distributor.errors import Conflict, NotFound, Refused
from distributor.ingest.rows import SheetRow, read_rows
from distributor.model.canonical import digest
from distributor.model.history import BookAct, RecordedAct, Subject
from distributor.model.recipient import AddressBook, Group
from distributor.recipients.importing import Collector, Draft, ImportOptions, group_changes, read_columns
from distributor.store import address_book, book_changes
from distributor.usecases.context import Context
from distributor.usecases.import_changes import ImportSummary, contact_chunks, removal_chunks, summarize
from distributor.usecases.record_book_act import audit_book_act, new_act

Progress = Callable[[str, int], None]
_TOLD_EVERY = 2_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """A table that was read, and what it would change.

    Args:
        name: name of the file.
        draft: what the table says.
        options: how it is taken.
        summary: what would change.
        book_digest: digest of the bodies, groups and lists that the names were held against.
    """

    name: str
    draft: Draft
    options: ImportOptions
    summary: ImportSummary
    book_digest: str


def ignore_progress(step: str, done: int) -> None:
    """Tell nobody how far an import is."""
    del step, done


async def prepare_import(
    context: Context,
    data: bytes,
    name: str,
    options: ImportOptions | None = None,
    progress: Progress = ignore_progress,
) -> Prepared:
    """Read a table and work out what it would change; nothing is changed.

    Args:
        context: the installation.
        data: the bytes of a CSV or XLSX file.
        name: its name.
        options: how it is taken; the group may be given by any name.
        progress: told the step (`read`, `compare`) and how many rows are done.

    Raises:
        FileRefused: what is wrong with the file.
        Refused: `import-empty`, `import-no-columns`, `import-column-twice`, or an `edit-…` code when bodies or groups
            would contradict themselves.
        NotFound: `group-unknown`.
    """
    async with context.database.read() as connection:
        book = await address_book.load_outline(connection)
        chosen = _with_group(book, options or ImportOptions())
        draft = await anyio.to_thread.run_sync(partial(_collect, data, name, book, chosen, progress))
        changes = () if draft.problem_count else group_changes(draft, book, chosen)
        recipients.changed_book(book, changes)
        summary = await summarize(connection, draft, chosen, changes, progress)
    return Prepared(name, draft, chosen, summary, digest(book))


async def commit_import(
    context: Context,
    actor: Actor,
    prepared: Prepared,
    *,
    allow_removals: bool = False,
    progress: Progress = ignore_progress,
) -> RecordedAct | None:
    """Make what a table says true in one transaction; None when nothing changes.

    An address that is suppressed stays so: its mailbox may come or change, but nothing is written to it.

    Args:
        context: the installation.
        actor: who imports.
        prepared: what they were shown.
        allow_removals: a mass removal is meant.
        progress: told the step (`write`) and how many rows are done.

    Raises:
        Refused: `import-problems` when a row cannot be taken, or `mass-removal`.
        Conflict: `book-changed-meanwhile` when bodies or groups have changed since the table was read.
    """
    access.require(actor, Act.EDIT_BOOK)
    summary, draft = prepared.summary, prepared.draft
    if draft.problem_count:
        raise Refused("import-problems", file=prepared.name, count=draft.problem_count)
    if summary.removal is not None and not allow_removals:
        removed, total = summary.removal
        raise Refused("mass-removal", kind=Subject.CONTACT.value, removed=removed, total=total)
    if summary.is_empty:
        return None
    async with context.database.write() as connection:
        book = await address_book.load_outline(connection)
        if digest(book) != prepared.book_digest:
            raise Conflict("book-changed-meanwhile")
        act = new_act(context, actor, BookAct.IMPORT, prepared.name)
        await book_changes.begin(connection, act)
        changes = group_changes(draft, book, prepared.options)
        await book_changes.make(connection, act, changes)
        count = len(changes)
        # removals first: what moves to another body is made room for
        async for chunk in removal_chunks(connection, draft, prepared.options):
            await book_changes.make(connection, act, chunk)
            count += len(chunk)
        async for chunk, done in contact_chunks(connection, draft):
            await book_changes.make(connection, act, chunk)
            count += len(chunk)
            progress("write", done)
        act = await book_changes.finish(connection, act, count)
        await audit_book_act(connection, context, actor, act, digest([prepared.name, count]))
    return act


def _with_group(book: AddressBook, options: ImportOptions) -> ImportOptions:
    if options.group is None:
        return options
    directory = recipients.Directory(AddressBook(groups=book.groups))
    found = directory.get(options.group) or directory.exact(options.group)
    if not isinstance(found, Group):
        raise NotFound("group-unknown", group=options.group)
    return ImportOptions(found.id, options.replace, options.columns)


def _collect(data: bytes, name: str, book: AddressBook, options: ImportOptions, progress: Progress) -> Draft:
    rows = read_rows(data, name)
    heading = next(rows, None)
    if heading is None:
        raise Refused("import-empty", file=name)
    collector = Collector(book, read_columns(heading.cells, options.columns), options)
    for number, row in enumerate(rows, start=1):
        collector.take(row.line, row.cells)
        if number % _TOLD_EVERY == 0:
            progress("read", number)
    if not collector.draft.rows:
        raise Refused("import-empty", file=name)
    return collector.draft


def first_rows(data: bytes, name: str, count: int) -> tuple[SheetRow, ...]:
    """Give the first rows of a table, the heading first, for a person who says what its columns mean.

    Args:
        data: the bytes of a CSV or XLSX file.
        name: its name.
        count: how many.

    Raises:
        FileRefused: what is wrong with the file.
    """
    return tuple(islice(read_rows(data, name), count))
