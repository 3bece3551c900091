"""Bringing in a bulletin file."""

from fastapi import Response

from distributor.access import Act
from distributor.errors import DistributorError, FileRefused, Refused
from distributor.parse import Given
from distributor.usecases.receive_bulletin import receive_bulletin
from distributor.web.desk.failures import failure_status
from distributor.web.desk.forms import UPLOAD
from distributor.web.desk.pages import done, show
from distributor.web.desk.routing import action, page
from distributor.web.desk.sentences import desk_sentence
from distributor.web.desk.visit import Desk, Desked, Flash

_LONGEST_NAME = 200


@page("/upload", Act.RECEIVE)
async def ask(desk: Desked) -> Response:
    """Show the form."""
    return _form(desk)


@action("/upload", Act.RECEIVE, most_bytes=UPLOAD)
async def receive(desk: Desked) -> Response:
    """Take the file in; the same file again leads to the bulletin that exists."""
    form = desk.form
    try:
        if form.file is None or not form.file.name:
            raise FileRefused("upload-missing")
        given = Given(
            title=form.text("title") or None,
            issue=form.text("issue") or None,
            date=form.text("date") or None,
        )
        name = form.file.name.replace("\\", "/").rsplit("/", 1)[-1][-_LONGEST_NAME:]
        received = await receive_bulletin(desk.context, desk.actor, form.file.data, name, given)
    except Refused as refused:
        return _form(desk, refused)
    if not received.is_new:
        return done(desk, f"bulletins/{received.record.id}", Flash("desk.upload.known"))
    parameters = {"items": len(received.record.items), "findings": len(received.record.findings)}
    return done(desk, f"bulletins/{received.record.id}", Flash("desk.upload.done", parameters))


def _form(desk: Desk, refused: DistributorError | None = None) -> Response:
    values = {
        "given": {name: desk.form.text(name) for name in ("title", "issue", "date")},
        "problem": None if refused is None else desk_sentence(refused, desk.visit.language),
        "most": UPLOAD // (1024 * 1024) - 1,
    }
    status = 200 if refused is None else failure_status(refused)
    return show(desk, "web/desk/upload.html", desk.say("desk.upload.title"), values, place="bulletins", status=status)
