"""Wishes to be left out, which a person settles."""

from fastapi import Request, Response

from distributor.access import Act
from distributor.usecases import settle_ticket
from distributor.web.desk.pages import Paging, done, page_number, show
from distributor.web.desk.routing import action, page
from distributor.web.desk.visit import Desked, Flash

_ON_A_PAGE = 50


@page("/tickets", Act.READ)
async def tickets(request: Request, desk: Desked) -> Response:
    """List the wishes, the open ones first."""
    number = page_number(request)
    found = await settle_ticket.list_tickets(desk.context, _ON_A_PAGE, (number - 1) * _ON_A_PAGE)
    values = {"found": found, "paging": Paging(number, _ON_A_PAGE, found.total), "now": desk.context.now()}
    return show(desk, "web/desk/tickets.html", desk.say("desk.tickets.title"), values, place="tickets")


@action("/tickets/{ticket_id}/close", Act.SETTLE_TICKETS)
async def close(desk: Desked, ticket_id: str) -> Response:
    """Say that a wish is settled."""
    await settle_ticket.close_ticket(desk.context, desk.actor, ticket_id)
    return done(desk, "tickets", Flash("desk.tickets.closed", undo=f"tickets/{ticket_id}/reopen"))


@action("/tickets/{ticket_id}/reopen", Act.SETTLE_TICKETS)
async def reopen(desk: Desked, ticket_id: str) -> Response:
    """Take that back."""
    await settle_ticket.reopen_ticket(desk.context, desk.actor, ticket_id)
    return done(desk, "tickets", Flash("desk.tickets.reopened"))
