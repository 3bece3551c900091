"""Corrections at the desk: a corrected file, what it changes, giving it up, telling those who have the old version."""

from fastapi import Response

from distributor.access import Act
from distributor.errors import DistributorError, FileRefused, Refused
from distributor.model.record import display_title
from distributor.model.revision import UnderWay
from distributor.usecases.correct_bulletin import correct_bulletin, discard_correction, read_correction
from distributor.usecases.name_lists import name_lists
from distributor.usecases.notify_correction import notify_correction
from distributor.usecases.read_revisions import read_item_versions
from distributor.usecases.show_changes import show_changes
from distributor.usecases.under_way import count_under_way
from distributor.web.desk import shapes
from distributor.web.desk.failures import failure_status
from distributor.web.desk.forms import UPLOAD, Upload
from distributor.web.desk.pages import done, show
from distributor.web.desk.routing import action, page
from distributor.web.desk.sentences import desk_sentence
from distributor.web.desk.shapes import chosen_under_way
from distributor.web.desk.visit import Desk, Desked, Flash

_LONGEST_NAME = 200
_LONGEST_NOTE = 500


@page("/bulletins/{bulletin_id}/changes", Act.READ)
async def changes(desk: Desked, bulletin_id: str) -> Response:
    """Show versions, the correction that waits, what was taken back, and what may be done."""
    return await _changes(desk, bulletin_id)


@page("/bulletins/{bulletin_id}/items/{item_key}/versions", Act.READ)
async def item_versions(desk: Desked, bulletin_id: str, item_key: str) -> Response:
    """Show the words that an item had, version by version."""
    found = await read_item_versions(desk.context, bulletin_id, item_key)
    values = {"record": found.record, "versions": found.versions[::-1], "notes": found.notes}
    return show(desk, "web/desk/item_versions.html", found.item.content.title, values, place="bulletins")


@action("/bulletins/{bulletin_id}/correct", Act.RECEIVE, most_bytes=UPLOAD)
async def correct(desk: Desked, bulletin_id: str) -> Response:
    """Take a corrected file: a draft is replaced, a published bulletin waits for sign-off and publication."""
    try:
        file, note = _file(desk), _note(desk)
        read = await read_correction(desk.context, desk.actor, bulletin_id, (file.data, file.name))
        under_way = chosen_under_way(desk.form.text("under_way"), UnderWay.FINISH)
        await correct_bulletin(desk.context, desk.actor, read, file.data, note, under_way=under_way)
    except DistributorError as refused:
        return await _changes(desk, bulletin_id, refused)
    if read.is_draft:
        return done(desk, f"bulletins/{bulletin_id}", Flash("desk.correct.replaced"))
    flash = Flash("desk.correct.waits", undo=f"bulletins/{bulletin_id}/discard")
    return done(desk, f"bulletins/{bulletin_id}/changes", flash)


@action("/bulletins/{bulletin_id}/discard", Act.RECEIVE)
async def discard(desk: Desked, bulletin_id: str) -> Response:
    """Give up a corrected file that waits."""
    await discard_correction(desk.context, desk.actor, bulletin_id)
    return done(desk, f"bulletins/{bulletin_id}/changes", Flash("desk.correct.discarded"))


@page("/bulletins/{bulletin_id}/notify", Act.SEND)
async def ask_notify(desk: Desked, bulletin_id: str) -> Response:
    """Show who would be told of the correction."""
    noticed = await notify_correction(desk.context, desk.actor, bulletin_id, dry_run=True)
    values = {
        "record": noticed.record,
        "deliveries": [one for frozen in noticed.runs for one in frozen.deliveries],
        "left_out": len(noticed.left_out),
        "names": await name_lists(desk.context),
    }
    title = desk.say("desk.notify.title", bulletin=display_title(noticed.record.masthead))
    return show(desk, "web/desk/notify.html", title, values, place="bulletins")


@action("/bulletins/{bulletin_id}/notify", Act.SEND)
async def notify(desk: Desked, bulletin_id: str) -> Response:
    """Freeze the notices; the worker sends them."""
    noticed = await notify_correction(desk.context, desk.actor, bulletin_id)
    addresses = sum(len(frozen.deliveries) for frozen in noticed.runs)
    flash = Flash("desk.notify.done", {"addresses": addresses}) if addresses else Flash("desk.send.nobody")
    return done(desk, f"bulletins/{bulletin_id}/runs", flash)


def _file(desk: Desk) -> Upload:
    sent = desk.form.file
    if sent is None or not sent.name:
        raise FileRefused("upload-missing")
    return Upload(sent.name.replace("\\", "/").rsplit("/", 1)[-1][-_LONGEST_NAME:], sent.data)


def _note(desk: Desk) -> str:
    note = " ".join(desk.form.text("note").split())
    if len(note) > _LONGEST_NOTE:
        raise Refused("note-too-long", most=_LONGEST_NOTE)
    return note


async def _changes(desk: Desk, bulletin_id: str, refused: DistributorError | None = None) -> Response:
    found = await show_changes(desk.context, bulletin_id)
    shown = found.shown
    values = {
        "found": found,
        "shown": shown,
        "tab": "changes",
        "next_step": shapes.next_step(shown),
        "note": desk.form.text("note"),
        "left": await count_under_way(desk.context, bulletin_id),
        "under_way": chosen_under_way(desk.form.text("under_way"), UnderWay.FINISH),
        "most": UPLOAD // (1024 * 1024) - 1,
        "longest": _LONGEST_NOTE,
        "problem": None if refused is None else desk_sentence(refused, desk.visit.language),
    }
    status = 200 if refused is None else failure_status(refused)
    title = display_title(shown.record.masthead)
    return show(desk, "web/desk/bulletin_changes.html", title, values, place="bulletins", status=status)
