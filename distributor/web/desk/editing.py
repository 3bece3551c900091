"""Editing a draft at the desk: its masthead, and the words of its items."""

from fastapi import Response

from distributor.access import Act
from distributor.errors import Conflict, NotFound, Refused
from distributor.model.bulletin import Masthead, Visibility
from distributor.model.record import BulletinRecord, ItemRecord, display_title
from distributor.model.revision import UnderWay
from distributor.usecases.edit_bulletin import Basis, Words, edit_item, edit_masthead
from distributor.usecases.show_bulletin import show_bulletin
from distributor.usecases.under_way import count_under_way
from distributor.web.desk.failures import failure_status
from distributor.web.desk.pages import done, show
from distributor.web.desk.routing import action, page
from distributor.web.desk.sentences import desk_sentence
from distributor.web.desk.shapes import chosen_under_way
from distributor.web.desk.visit import Desk, Desked, Flash

# a long item in Chinese, each character of which takes nine octets in a form
_MOST_BYTES = 2 * 1024 * 1024
_FIELDS = ("title", "issue", "date", "publisher")


@page("/bulletins/{bulletin_id}/edit", Act.RECEIVE)
async def ask_masthead(desk: Desked, bulletin_id: str) -> Response:
    """Show the masthead, to be edited."""
    record = await _draft(desk, bulletin_id)
    return await _masthead(desk, record, {name: getattr(record.masthead, name) or "" for name in _FIELDS})


@action("/bulletins/{bulletin_id}/edit", Act.RECEIVE)
async def save_masthead(desk: Desked, bulletin_id: str) -> Response:
    """Keep another masthead."""
    typed = {name: desk.form.text(name) for name in _FIELDS}
    try:
        await edit_masthead(desk.context, desk.actor, bulletin_id, Masthead(**typed), _basis(desk))
    except Refused as refused:
        return await _masthead(desk, await _draft(desk, bulletin_id), typed, refused)
    return done(desk, f"bulletins/{bulletin_id}", Flash("desk.edit.saved"))


@page("/bulletins/{bulletin_id}/items/{item_key}/edit", Act.RECEIVE)
async def ask_item(desk: Desked, bulletin_id: str, item_key: str) -> Response:
    """Show the words of an item, to be edited."""
    record = await _draft(desk, bulletin_id)
    words = _item(record, item_key).content
    raw = "" if words.attribution is None else words.attribution.raw
    return await _words(desk, record, item_key, Words(words.title, "\n".join(words.paragraphs), raw, words.visibility))


@action("/bulletins/{bulletin_id}/items/{item_key}/edit", Act.RECEIVE, most_bytes=_MOST_BYTES)
async def save_item(desk: Desked, bulletin_id: str, item_key: str) -> Response:
    """Keep other words."""
    form, wanted = desk.form, desk.form.text("visibility")
    visibility = Visibility(wanted) if wanted in set(Visibility) else Visibility.PUBLIC
    typed = Words(form.text("title"), form.raw("text"), form.text("attribution"), visibility)
    try:
        await edit_item(desk.context, desk.actor, bulletin_id, item_key, typed, _basis(desk))
    except Refused as refused:
        return await _words(desk, await _draft(desk, bulletin_id), item_key, typed, refused)
    answer = done(desk, f"bulletins/{bulletin_id}", Flash("desk.edit.saved"))
    # back to where one was reading
    answer.headers["location"] += f"#{item_key}"
    return answer


def _basis(desk: Desk) -> Basis:
    return Basis(desk.form.text("seen"), chosen_under_way(desk.form.text("under_way"), UnderWay.FINISH))


async def _draft(desk: Desk, bulletin_id: str) -> BulletinRecord:
    record = (await show_bulletin(desk.context, bulletin_id)).record
    if record.withdrawn is not None:
        raise Conflict("bulletin-withdrawn", id=bulletin_id)
    if record.published is not None:
        raise Conflict("edit-published", id=bulletin_id)
    return record


def _item(record: BulletinRecord, key: str) -> ItemRecord:
    found = next((item for item in record.items if item.key == key), None)
    if found is None:
        raise NotFound("item-unknown", key=key)
    return found


async def _masthead(
    desk: Desk, record: BulletinRecord, typed: dict[str, str], refused: Refused | None = None
) -> Response:
    values = {"typed": typed, **await _common(desk, record, refused)}
    title = desk.say("desk.edit.masthead", bulletin=display_title(record.masthead))
    status = 200 if refused is None else failure_status(refused)
    return show(desk, "web/desk/edit_masthead.html", title, values, place="bulletins", status=status)


async def _words(
    desk: Desk, record: BulletinRecord, key: str, typed: Words, refused: Refused | None = None
) -> Response:
    values = {
        "typed": typed,
        "item": _item(record, key),
        "visibilities": [one.value for one in Visibility],
        **await _common(desk, record, refused),
    }
    status = 200 if refused is None else failure_status(refused)
    return show(desk, "web/desk/edit_item.html", desk.say("desk.edit.item"), values, place="bulletins", status=status)


async def _common(desk: Desk, record: BulletinRecord, refused: Refused | None) -> dict[str, object]:
    return {
        "record": record,
        "left": await count_under_way(desk.context, record.id),
        "under_way": chosen_under_way(desk.form.text("under_way"), UnderWay.FINISH),
        "seen": record.content_hash if refused is None else desk.form.text("seen"),
        "problem": None if refused is None else desk_sentence(refused, desk.visit.language),
    }
