"""Bringing in a table in three steps: the file, what its columns mean, what would change."""

from fastapi import Response

from distributor.access import Act
from distributor.errors import DistributorError, FileRefused, NotFound, Refused
from distributor.ingest.rows import SheetRow
from distributor.recipients.importing import FIELDS, Field, ImportOptions
from distributor.usecases import hold_upload
from distributor.usecases.find_recipients import read_outline
from distributor.web.desk.address_book.frame import said, show_tab, tried
from distributor.web.desk.forms import UPLOAD
from distributor.web.desk.pages import done
from distributor.web.desk.routing import action, page
from distributor.web.desk.sentences import desk_sentence
from distributor.web.desk.visit import Desk, Desked, Flash

_LONGEST_NAME = 200
_SHOWN = 50
_MEBIBYTE = 1024 * 1024


@page("/import", Act.EDIT_BOOK)
async def ask(desk: Desked) -> Response:
    """Show the form for the file."""
    return await _form(desk)


@action("/import", Act.EDIT_BOOK, most_bytes=UPLOAD)
async def take(desk: Desked) -> Response:
    """Keep the file until somebody has seen what it would change."""
    act = await tried(_hold(desk), lambda error: _form(desk, error))
    return act if isinstance(act, Response) else done(desk, f"import/{act}")


@page("/import/{upload_id}", Act.EDIT_BOOK)
async def preview(desk: Desked, upload_id: str) -> Response:
    """Show what the columns are taken for, what cannot be taken, and what would change."""
    return await _preview(desk, upload_id)


@action("/import/{upload_id}/columns", Act.EDIT_BOOK)
async def columns(desk: Desked, upload_id: str) -> Response:
    """Say what the columns mean."""
    chosen: dict[int, Field | None] = {}
    for name in desk.form.fields:
        place = name.removeprefix("column-")
        if place != name and place.isdecimal() and len(place) < 4:  # noqa: PLR2004  no table has a thousand columns
            value = desk.form.text(name)
            chosen[int(place)] = Field(value) if value in set(Field) else None
    await hold_upload.choose_columns(desk.context, desk.actor, upload_id, chosen)
    return done(desk, f"import/{upload_id}")


@action("/import/{upload_id}/confirm", Act.EDIT_BOOK)
async def confirm(desk: Desked, upload_id: str) -> Response:
    """Make it true."""
    form = desk.form
    work = hold_upload.confirm_upload(
        desk.context, desk.actor, upload_id, form.text("book"), allow_removals=form.text("allow") == "yes"
    )
    act = await tried(work, lambda error: _preview(desk, upload_id, error))
    return act if isinstance(act, Response) else done(desk, "contacts", said("desk.import.done", act))


@action("/import/{upload_id}/discard", Act.EDIT_BOOK)
async def discard(desk: Desked, upload_id: str) -> Response:
    """Forget the file."""
    await hold_upload.discard_upload(desk.context, desk.actor, upload_id)
    return done(desk, "import", Flash("desk.import.discarded"))


async def _hold(desk: Desk) -> str:
    form = desk.form
    if form.file is None or not form.file.name:
        raise FileRefused("table-missing")
    options = ImportOptions(form.text("group") or None, form.text("replace") == "yes")
    name = form.file.name.replace("\\", "/").rsplit("/", 1)[-1][-_LONGEST_NAME:]
    return await hold_upload.hold_upload(desk.context, desk.actor, name, form.file.data, options)


async def _form(desk: Desk, error: DistributorError | None = None) -> Response:
    values = {
        "groups": (await read_outline(desk.context)).groups,
        "fields": [desk.say(f"import-field.{field.value}") for field in FIELDS],
        "most": UPLOAD // _MEBIBYTE - 1,
        "given": {name: desk.form.text(name) for name in ("group", "replace")},
    }
    return show_tab(desk, "import", desk.say("desk.book.import"), values, tab="import", error=error)


async def _preview(desk: Desk, upload_id: str, error: DistributorError | None = None) -> Response:
    try:
        shown = await hold_upload.preview_upload(desk.context, desk.actor, upload_id)
    except (Refused, NotFound) as refused:
        if refused.code == "upload-unknown":
            raise
        return await _columns_alone(desk, upload_id, refused)
    draft, summary = shown.prepared.draft, shown.prepared.summary
    places = [(number, column, _samples(shown.sample, number)) for number, column in enumerate(draft.columns)]
    values = {
        "upload_id": upload_id,
        "name": shown.name,
        "options": shown.options,
        "columns": places,
        "fields": FIELDS,
        "draft": draft,
        "summary": summary,
        "problems": draft.problems[:_SHOWN],
        "changes": (*summary.organizations, *summary.shown)[:_SHOWN],
        "book_digest": shown.prepared.book_digest,
    }
    return show_tab(desk, "import_preview", shown.name, values, tab="import", error=error)


async def _columns_alone(desk: Desk, upload_id: str, refused: DistributorError) -> Response:
    """Ask for the columns of a table that could not be understood without them."""
    upload, sample = await hold_upload.sample_upload(desk.context, desk.actor, upload_id)
    heading = sample[0].cells if sample else ()
    chosen = upload.options["columns"]
    places = [(number, text, chosen.get(str(number)), _samples(sample, number)) for number, text in enumerate(heading)]
    values = {
        "upload_id": upload_id,
        "name": upload.name,
        "places": places,
        "fields": FIELDS,
        "problem": desk_sentence(refused, desk.visit.language),
    }
    return show_tab(desk, "import_columns", upload.name, values, tab="import", error=refused)


def _samples(sample: tuple[SheetRow, ...], place: int) -> list[str]:
    return [row.cells[place] for row in sample[1:] if place < len(row.cells) and row.cells[place]]
