"""Bulletins for programs: list, read, bring in."""

from typing import Final

from fastapi import Request, Response

from distributor.errors import FileRefused
from distributor.i18n import finding_sentence
from distributor.model.record import BulletinRecord, BulletinState, ItemRecord
from distributor.model.sign_off import SignOff
from distributor.parse import Given
from distributor.store.overview import SignedBy
from distributor.usecases import list_bulletins as listing
from distributor.usecases.plan_bulletin import plan_bulletin
from distributor.usecases.receive_bulletin import receive_bulletin
from distributor.usecases.show_bulletin import show_bulletin, show_original
from distributor.web.api import shapes
from distributor.web.api.gate import Called, Caller
from distributor.web.api.routing import VERSION, reads, takes
from distributor.web.api.shapes import PageNumber, PageSize
from distributor.web.desk.forms import UPLOAD, read_form
from distributor.web.disposition import attachment
from distributor.web.visit import visit_of

_LONGEST_NAME: Final = 200
_TEXT: Final = {"type": "string"}
_FILE: Final = {"type": "string", "contentMediaType": "application/octet-stream"}
_UPLOAD: Final = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": _FILE, "title": _TEXT, "issue": _TEXT, "date": _TEXT, "publisher": _TEXT},
            }
        }
    },
}


@reads("list-bulletins", "/bulletins", shapes.PageOf[shapes.BulletinLineShape])
async def list_bulletins(caller: Called, page: PageNumber = 1, size: PageSize = 50) -> object:
    """List the bulletins, newest first."""
    found = await listing.list_bulletins(caller.context, size, (page - 1) * size)
    entries = tuple(
        shapes.BulletinLineShape.model_validate(_line(line.record, line.state, line.signed)) for line in found.lines
    )
    return shapes.PageOf[shapes.BulletinLineShape](total=found.total, page=page, size=size, entries=entries)


@takes("receive-bulletin", "/bulletins", shapes.BulletinShape, _UPLOAD)
async def receive(request: Request, response: Response, caller: Called) -> object:
    """Bring in a bulletin file; the same file again gives the bulletin that exists, with status 200."""
    form = await read_form(request, UPLOAD)
    if form.file is None or not form.file.name:
        raise FileRefused("upload-missing")
    given = Given(*(form.text(name) or None for name in ("title", "issue", "date", "publisher")))
    name = form.file.name.replace("\\", "/").rsplit("/", 1)[-1][-_LONGEST_NAME:]
    received = await receive_bulletin(caller.context, caller.actor, form.file.data, name, given)
    root = request.scope.get("root_path", "")
    response.headers["location"] = f"{root}{VERSION}/bulletins/{received.record.id}"
    response.status_code = 201 if received.is_new else 200
    return await _bulletin(request, caller, received.record.id)


@reads("read-bulletin", "/bulletins/{bulletin_id}", shapes.BulletinShape)
async def show(request: Request, caller: Called, bulletin_id: str) -> object:
    """Give a bulletin with all its words and findings."""
    return await _bulletin(request, caller, bulletin_id)


@reads("read-items", "/bulletins/{bulletin_id}/items", tuple[shapes.ItemShape, ...])
async def items(caller: Called, bulletin_id: str) -> object:
    """Give the items of a bulletin in their order."""
    record = (await show_bulletin(caller.context, bulletin_id)).record
    return tuple(_item(caller, item) for item in record.items)


@reads("read-original", "/bulletins/{bulletin_id}/original")
async def original(caller: Called, bulletin_id: str) -> Response:
    """Give the file a bulletin came from."""
    record, body = await show_original(caller.context, bulletin_id)
    headers = {"content-disposition": attachment(record.original.name)}
    return Response(body, headers=headers, media_type=record.original.media_type)


@reads("read-plan", "/bulletins/{bulletin_id}/plan", shapes.PlanShape)
async def plan(caller: Called, bulletin_id: str) -> object:
    """Give the plan of a bulletin: every entry of its footer and every address."""
    return await plan_bulletin(caller.context, bulletin_id)


def _line(record: BulletinRecord, state: BulletinState, signed: SignedBy | SignOff | None) -> dict[str, object]:
    head = record.masthead
    return {
        "id": record.id,
        "title": head.title,
        "issue": head.issue,
        "date": head.date,
        "publisher": head.publisher,
        "state": state,
        "items": len(record.items),
        "revision": record.revision,
        "received": record.received,
        "received_by": record.received_by,
        "published": record.published,
        "withdrawn": record.withdrawn,
        "signed": None if signed is None else shapes.SignedShape.model_validate(signed),
    }


async def _bulletin(request: Request, caller: Caller, bulletin_id: str) -> shapes.BulletinShape:
    shown = await show_bulletin(caller.context, bulletin_id)
    record, language = shown.record, visit_of(request).language
    found = [
        {"level": one.level, "code": one.code, "message": finding_sentence(one, language), "line": one.line}
        for one in record.findings
    ]
    whole = {
        **_line(record, shown.state, shown.sign_off),
        "content_hash": record.content_hash,
        "preamble": record.preamble,
        "contents": tuple(_item(caller, item) for item in record.items),
        "distribution": tuple(shapes.DistributionShape.model_validate(group) for group in record.distribution),
        "findings": found,
        "original": shapes.OriginalShape.model_validate(record.original),
    }
    return shapes.BulletinShape.model_validate(whole)


def _item(caller: Caller, item: ItemRecord) -> shapes.ItemShape:
    words = item.content
    said = None if words.attribution is None else shapes.AttributionShape.model_validate(words.attribution)
    return shapes.ItemShape(
        key=item.key,
        section=item.section,
        title=words.title,
        paragraphs=words.paragraphs,
        attribution=said,
        visibility=words.visibility,
        revision=item.revision,
        published=item.published,
        updated=item.updated,
        withdrawn=item.withdrawn,
        url=f"{caller.context.publication.base_url}/items/{item.key}" if item.is_public else None,
    )
