"""A table that somebody brought, between its preview and the word to go on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import anyio.to_thread

from distributor import access, tokens
from distributor.access import Act, Actor
from distributor.ingest.rows import SheetRow
from distributor.model.history import RecordedAct
from distributor.recipients.importing import Field, ImportOptions
from distributor.store import uploads
from distributor.store.uploads import KeptUpload
from distributor.usecases.context import Context
from distributor.usecases.import_recipients import Prepared, commit_import, first_rows, prepare_import

_KEPT_FOR = timedelta(days=1)
_SAMPLE = 4


@dataclass(frozen=True, slots=True)
class Preview:
    """A table and what it would change.

    Args:
        upload_id: under which it is kept.
        name: name of the file.
        options: how it is taken.
        sample: its first rows, the heading first.
        prepared: what it would change.
    """

    upload_id: str
    name: str
    options: ImportOptions
    sample: tuple[SheetRow, ...]
    prepared: Prepared


async def hold_upload(context: Context, actor: Actor, name: str, data: bytes, options: ImportOptions) -> str:
    """Keep a table for a day; gives the id it is kept under.

    Args:
        context: the installation.
        actor: who brings it.
        name: name of the file.
        data: its bytes.
        options: how it is to be taken.

    Raises:
        FileRefused: what is wrong with the file; nothing is kept.
    """
    access.require(actor, Act.EDIT_BOOK)
    # a file that cannot be read is refused at once
    await anyio.to_thread.run_sync(first_rows, data, name, _SAMPLE)
    now = context.now()
    upload = KeptUpload(tokens.new_key(), actor.name, name, now, _plain(options), data)
    async with context.database.write() as connection:
        await uploads.remove_before(connection, now - _KEPT_FOR)
        await uploads.add(connection, upload)
    return upload.id


async def preview_upload(context: Context, actor: Actor, upload_id: str) -> Preview:
    """Show what a kept table would change.

    Args:
        context: the installation.
        actor: who brought it.
        upload_id: under which it is kept.

    Raises:
        NotFound: `upload-unknown`, or `group-unknown`.
        Refused: what is wrong with the table as a whole.
    """
    upload, options = await _held(context, actor, upload_id)
    sample = await anyio.to_thread.run_sync(first_rows, upload.data, upload.name, _SAMPLE)
    prepared = await prepare_import(context, upload.data, upload.name, options)
    return Preview(upload_id, upload.name, options, sample, prepared)


async def sample_upload(context: Context, actor: Actor, upload_id: str) -> tuple[KeptUpload, tuple[SheetRow, ...]]:
    """Give a kept table and its first rows, for a person who says what its columns mean.

    Args:
        context: the installation.
        actor: who brought it.
        upload_id: under which it is kept.

    Raises:
        NotFound: `upload-unknown`.
    """
    upload, _ = await _held(context, actor, upload_id)
    return upload, await anyio.to_thread.run_sync(first_rows, upload.data, upload.name, _SAMPLE)


async def choose_columns(context: Context, actor: Actor, upload_id: str, columns: Mapping[int, Field | None]) -> None:
    """Say what the columns of a kept table mean.

    Args:
        context: the installation.
        actor: who brought it.
        upload_id: under which it is kept.
        columns: meanings by position.

    Raises:
        NotFound: `upload-unknown`.
    """
    _, options = await _held(context, actor, upload_id)
    chosen = ImportOptions(options.group, options.replace, columns)
    async with context.database.write() as connection:
        await uploads.set_options(connection, upload_id, _plain(chosen))


async def confirm_upload(
    context: Context, actor: Actor, upload_id: str, book_digest: str, *, allow_removals: bool = False
) -> RecordedAct | None:
    """Make a kept table true, if the address book is still as it was shown; None when nothing changes.

    Args:
        context: the installation.
        actor: who brought it.
        upload_id: under which it is kept.
        book_digest: digest of the bodies and groups that the preview was made of.
        allow_removals: a mass removal is meant.

    Raises:
        NotFound: `upload-unknown`.
        Refused: `import-problems` or `mass-removal`.
        Conflict: `book-changed-meanwhile`.
    """
    upload, options = await _held(context, actor, upload_id)
    prepared = await prepare_import(context, upload.data, upload.name, options)
    shown = Prepared(prepared.name, prepared.draft, prepared.options, prepared.summary, book_digest)
    act = await commit_import(context, actor, shown, allow_removals=allow_removals)
    await discard_upload(context, actor, upload_id)
    return act


async def discard_upload(context: Context, actor: Actor, upload_id: str) -> None:
    """Forget a kept table.

    Args:
        context: the installation.
        actor: who brought it.
        upload_id: under which it is kept.

    Raises:
        NotFound: `upload-unknown`.
    """
    async with context.database.write() as connection:
        await uploads.get(connection, upload_id, actor.name)
        await uploads.remove(connection, upload_id)


async def _held(context: Context, actor: Actor, upload_id: str) -> tuple[KeptUpload, ImportOptions]:
    access.require(actor, Act.EDIT_BOOK)
    async with context.database.read() as connection:
        upload = await uploads.get(connection, upload_id, actor.name)
    kept = upload.options
    columns = {int(place): None if value is None else Field(value) for place, value in kept["columns"].items()}
    return upload, ImportOptions(kept["group"], kept["replace"], columns)


def _plain(options: ImportOptions) -> dict[str, object]:
    columns = {str(place): None if field is None else field.value for place, field in options.columns.items()}
    return {"group": options.group, "replace": options.replace, "columns": columns}
