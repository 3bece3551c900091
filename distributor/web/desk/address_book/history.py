"""What was done to the address book, and taking it back."""

from fastapi import Request, Response

from distributor.access import Act
from distributor.model.history import RecordedAct
from distributor.usecases.read_history import MOST_ACTS, list_acts, show_act
from distributor.usecases.undo_act import undo_act
from distributor.web.desk.address_book.frame import said, show_tab
from distributor.web.desk.pages import done
from distributor.web.desk.routing import action, page
from distributor.web.desk.visit import Desked


@page("/address-book/history", Act.READ)
async def history(request: Request, desk: Desked) -> Response:
    """List the acts, newest first."""
    before = request.query_params.get("before")
    acts = await list_acts(desk.context, before=before)
    values = {"acts": acts, "more": acts[-1].id if len(acts) == MOST_ACTS else None, "is_first": before is None}
    return show_tab(desk, "history", desk.say("desk.book.history"), values, tab="history")


@page("/address-book/history/{act_id}", Act.READ)
async def act(desk: Desked, act_id: str) -> Response:
    """Show every change of one act."""
    found = await show_act(desk.context, act_id)
    values = {"act": found.act, "changes": found.changes}
    return show_tab(desk, "act", _title(desk, found.act), values, tab="history")


@action("/address-book/undo/{act_id}", Act.EDIT_BOOK)
async def undo(desk: Desked, act_id: str) -> Response:
    """Take an act back; that is an act as well, and can be taken back."""
    undone = await undo_act(desk.context, desk.actor, act_id)
    return done(desk, f"address-book/history/{act_id}", said("desk.book.undone", undone))


def _title(desk: Desked, found: RecordedAct) -> str:
    return desk.say(f"book-act.{found.act.value}")
