"""Settle wishes to be left out."""

from dataclasses import dataclass, replace

from distributor import access
from distributor.access import Act, Actor
from distributor.model.audit import AuditAct, Touched
from distributor.model.ticket import Ticket
from distributor.store import address_book, tickets
from distributor.usecases.audit import fingerprint, record_act
from distributor.usecases.context import Context


@dataclass(frozen=True, slots=True)
class TicketPage:
    """Some tickets, the open ones first.

    Args:
        tickets: the tickets.
        total: number of all tickets.
        lists: name of each recipient list by its id.
    """

    tickets: tuple[Ticket, ...]
    total: int
    lists: dict[str, str]


async def list_tickets(context: Context, limit: int, offset: int = 0) -> TicketPage:
    """Give a page of the tickets.

    Args:
        context: the installation.
        limit: tickets on a page.
        offset: tickets before it.
    """
    async with context.database.read() as connection:
        found = await tickets.page(connection, limit, offset)
        lists = await address_book.load_lists(connection)
        return TicketPage(found, await tickets.count(connection), {entry.id: entry.name for entry in lists})


async def close_ticket(context: Context, actor: Actor, ticket_id: str) -> Ticket:
    """Say that a wish is settled; closing it again changes nothing.

    Args:
        context: the installation.
        actor: who settled it.
        ticket_id: the ticket.

    Raises:
        NotFound: `ticket-unknown`.
    """
    return await _set(context, actor, ticket_id, is_closed=True)


async def reopen_ticket(context: Context, actor: Actor, ticket_id: str) -> Ticket:
    """Take back that a wish is settled.

    Args:
        context: the installation.
        actor: who takes it back.
        ticket_id: the ticket.

    Raises:
        NotFound: `ticket-unknown`.
    """
    return await _set(context, actor, ticket_id, is_closed=False)


async def _set(context: Context, actor: Actor, ticket_id: str, *, is_closed: bool) -> Ticket:
    access.require(actor, Act.SETTLE_TICKETS)
    async with context.database.write() as connection:
        ticket = await tickets.get(connection, ticket_id)
        if (ticket.closed is not None) == is_closed:
            return ticket
        changed = replace(ticket, closed=context.now() if is_closed else None)
        await tickets.set_closed(connection, ticket_id, changed.closed)
        act = AuditAct.CLOSE_TICKET if is_closed else AuditAct.REOPEN_TICKET
        touched = Touched("ticket", ticket_id, fingerprint(ticket), fingerprint(changed))
        await record_act(connection, context, actor, act, touched)
    return changed
