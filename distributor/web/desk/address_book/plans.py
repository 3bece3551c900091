"""Decisions about the plan of one bulletin: what an entry means, who gets it besides, who may go without."""

from fastapi import Response

from distributor.access import Act
from distributor.model.extras import Extra, Waiver
from distributor.usecases.accept_alias import accept_alias
from distributor.usecases.adjust_plan import add_extra, remove_adjustment, use_default_lists, waive_body
from distributor.web.desk.address_book.frame import said
from distributor.web.desk.pages import done
from distributor.web.desk.routing import action
from distributor.web.desk.visit import Desked


@action("/bulletins/{bulletin_id}/plan/alias", Act.EDIT_BOOK)
async def alias(desk: Desked, bulletin_id: str) -> Response:
    """Let an entry of the footer mean a body that looks like it."""
    form = desk.form
    act = await accept_alias(desk.context, desk.actor, form.text("target"), form.text("entry"))
    return done(desk, f"bulletins/{bulletin_id}/plan", said("desk.plan.alias-added", act))


@action("/bulletins/{bulletin_id}/plan/extra", Act.EDIT_BOOK)
async def extra(desk: Desked, bulletin_id: str) -> Response:
    """Add a body, group or address to this issue."""
    form = desk.form
    added = Extra(form.text("list"), form.text("who"), note=form.text("note") or None)
    act = await add_extra(desk.context, desk.actor, bulletin_id, added)
    return done(desk, f"bulletins/{bulletin_id}/plan", said("desk.plan.adjusted", act))


@action("/bulletins/{bulletin_id}/plan/defaults", Act.EDIT_BOOK)
async def defaults(desk: Desked, bulletin_id: str) -> Response:
    """Take everybody whom the lists take without a footer."""
    act = await use_default_lists(desk.context, desk.actor, bulletin_id)
    return done(desk, f"bulletins/{bulletin_id}/plan", said("desk.plan.adjusted", act))


@action("/bulletins/{bulletin_id}/plan/waive", Act.EDIT_BOOK)
async def waive(desk: Desked, bulletin_id: str) -> Response:
    """Say that a body without mailbox may go without."""
    form = desk.form
    act = await waive_body(desk.context, desk.actor, bulletin_id, Waiver(form.text("who"), form.text("note")))
    return done(desk, f"bulletins/{bulletin_id}/plan", said("desk.plan.adjusted", act))


@action("/bulletins/{bulletin_id}/plan/take-back", Act.EDIT_BOOK)
async def take_back(desk: Desked, bulletin_id: str) -> Response:
    """Take such a decision back."""
    act = await remove_adjustment(desk.context, desk.actor, bulletin_id, desk.form.text("who"))
    return done(desk, f"bulletins/{bulletin_id}/plan", said("desk.plan.adjusted", act))
