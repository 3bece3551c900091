"""Addresses that are not written to (停发): why, since when, and how they are written to again."""

from fastapi import Request, Response

from distributor.access import Act
from distributor.errors import DistributorError
from distributor.usecases.find_recipients import find_suppressions, read_outline
from distributor.usecases.suppress_address import suppress_address, unsuppress_address
from distributor.web.desk.address_book.frame import said, show_tab, tried
from distributor.web.desk.pages import done
from distributor.web.desk.routing import action, page
from distributor.web.desk.visit import Desk, Desked


@page("/suppressions", Act.READ)
async def suppressions(request: Request, desk: Desked) -> Response:
    """List them, newest first."""
    return await _list(desk, request)


@action("/suppressions", Act.EDIT_BOOK)
async def suppress(request: Request, desk: Desked) -> Response:
    """Stop writing to an address."""
    form = desk.form
    work = suppress_address(
        desk.context, desk.actor, form.text("address"), form.text("reason"), form.text("list") or None
    )
    act = await tried(work, lambda error: _list(desk, request, error))
    return act if isinstance(act, Response) else done(desk, "suppressions", said("desk.book.suppressed", act))


@action("/suppressions/lift", Act.EDIT_BOOK)
async def lift(desk: Desked) -> Response:
    """Write to an address again."""
    form = desk.form
    act = await unsuppress_address(desk.context, desk.actor, form.text("address"), form.text("list") or None)
    return done(desk, "suppressions", said("desk.book.lifted", act))


async def _list(desk: Desk, request: Request, error: DistributorError | None = None) -> Response:
    word = request.query_params.get("word", "")[:100].strip()
    found = await find_suppressions(desk.context, word, after=request.query_params.get("after"))
    values = {
        "found": found,
        "word": word,
        "is_first": "after" not in request.query_params,
        "lists": (await read_outline(desk.context)).lists,
        "given": {name: desk.form.text(name) for name in ("address", "reason", "list")},
    }
    return show_tab(desk, "suppressions", desk.say("desk.book.suppressions"), values, tab="suppressions", error=error)
