"""Taking back a bulletin or an item at the desk, and bringing it back."""

from fastapi import Request, Response

from distributor.access import Act
from distributor.errors import Refused
from distributor.model.record import display_title
from distributor.model.revision import UnderWay
from distributor.usecases.show_changes import show_changes
from distributor.usecases.under_way import count_under_way
from distributor.usecases.withdraw_bulletin import undo_withdrawal, withdraw_bulletin
from distributor.web.desk.failures import failure_status
from distributor.web.desk.pages import done, show
from distributor.web.desk.routing import action, page
from distributor.web.desk.sentences import desk_sentence
from distributor.web.desk.shapes import chosen_under_way
from distributor.web.desk.visit import Desk, Desked, Flash

_LONGEST = 200


@page("/bulletins/{bulletin_id}/withdraw", Act.PUBLISH)
async def ask(request: Request, desk: Desked, bulletin_id: str) -> Response:
    """Say what taking back does, and ask for the reason."""
    return await _form(desk, bulletin_id, request.query_params.get("item", ""))


@action("/bulletins/{bulletin_id}/withdraw", Act.PUBLISH)
async def withdraw(desk: Desked, bulletin_id: str) -> Response:
    """Take the bulletin or an item back."""
    key = desk.form.text("item")
    try:
        under_way = chosen_under_way(desk.form.text("under_way"), UnderWay.STOP)
        taken = await withdraw_bulletin(
            desk.context, desk.actor, bulletin_id, _reason(desk), key or None, under_way=under_way
        )
    except Refused as refused:
        return await _form(desk, bulletin_id, key, refused)
    back = f"bulletins/{bulletin_id}/restore" if not key else f"bulletins/{bulletin_id}/items/{key}/restore"
    parameters = {"cancelled": taken.cancelled, "holders": len(taken.holders)}
    return done(desk, f"bulletins/{bulletin_id}/changes", Flash("desk.withdraw.done", parameters, undo=back))


@action("/bulletins/{bulletin_id}/restore", Act.PUBLISH)
async def restore(desk: Desked, bulletin_id: str) -> Response:
    """Bring the bulletin back; mail that was stopped stays stopped."""
    await undo_withdrawal(desk.context, desk.actor, bulletin_id)
    return done(desk, f"bulletins/{bulletin_id}/changes", Flash("desk.withdraw.undone"))


@action("/bulletins/{bulletin_id}/items/{item_key}/restore", Act.PUBLISH)
async def restore_item(desk: Desked, bulletin_id: str, item_key: str) -> Response:
    """Bring an item back."""
    await undo_withdrawal(desk.context, desk.actor, bulletin_id, item_key)
    return done(desk, f"bulletins/{bulletin_id}/changes", Flash("desk.withdraw.undone"))


def _reason(desk: Desk) -> str:
    reason = " ".join(desk.form.text("reason").split())
    if len(reason) > _LONGEST:
        raise Refused("note-too-long", most=_LONGEST)
    return reason


async def _form(desk: Desk, bulletin_id: str, key: str, refused: Refused | None = None) -> Response:
    found = await show_changes(desk.context, bulletin_id)
    shown = found.shown
    values = {
        "shown": shown,
        "rows": found.holders,
        "items": [item for item in shown.record.items if item.withdrawn is None],
        "chosen": key,
        "reason": desk.form.text("reason"),
        "longest": _LONGEST,
        "left": await count_under_way(desk.context, bulletin_id),
        "under_way": chosen_under_way(desk.form.text("under_way"), UnderWay.STOP),
        "problem": None if refused is None else desk_sentence(refused, desk.visit.language),
    }
    status = 200 if refused is None else failure_status(refused)
    title = desk.say("desk.withdraw.title", bulletin=display_title(shown.record.masthead))
    return show(desk, "web/desk/withdraw.html", title, values, place="bulletins", status=status)
