"""Tickets: what a person must settle: wishes to be left out, failures, complaints."""

from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.errors import NotFound
from distributor.model.ticket import Ticket
from distributor.store.tables import tickets
from distributor.store.values import restore


async def page(connection: AsyncConnection, limit: int, offset: int = 0) -> tuple[Ticket, ...]:
    """Give a page of the tickets: the open ones first, the one that is due next before all.

    Args:
        connection: an open transaction.
        limit: tickets on a page.
        offset: tickets before it.
    """
    order = (tickets.c.closed.is_not(None), tickets.c.closed.desc(), tickets.c.due, tickets.c.id)
    rows = await connection.execute(select(tickets).order_by(*order).limit(limit).offset(offset))
    return restore(tuple[Ticket, ...], [dict(row) for row in rows.mappings()])


async def count(connection: AsyncConnection, *, only_open: bool = False) -> int:
    """Give the number of tickets.

    Args:
        connection: an open transaction.
        only_open: those that nobody has settled yet.
    """
    query = select(func.count()).select_from(tickets)
    if only_open:
        query = query.where(tickets.c.closed.is_(None))
    return int(await connection.scalar(query) or 0)


async def get(connection: AsyncConnection, ticket_id: str) -> Ticket:
    """Give a ticket.

    Args:
        connection: an open transaction.
        ticket_id: its id.

    Raises:
        NotFound: `ticket-unknown`.
    """
    row = (await connection.execute(select(tickets).where(tickets.c.id == ticket_id))).mappings().first()
    if row is None:
        raise NotFound("ticket-unknown")
    return restore(Ticket, dict(row))


async def add(connection: AsyncConnection, ticket: Ticket) -> bool:
    """Open a ticket, unless one of its kind about the same address and list is open; returns whether it was opened.

    Args:
        connection: an open writing transaction.
        ticket: the ticket.
    """
    same = (tickets.c.kind == ticket.kind, tickets.c.address == ticket.address, tickets.c.list_id == ticket.list_id)
    if await connection.scalar(select(tickets.c.id).where(*same, tickets.c.closed.is_(None)).limit(1)) is not None:
        return False
    values = {name: getattr(ticket, name) for name in Ticket.__dataclass_fields__}
    await connection.execute(insert(tickets).values(values))
    return True


async def set_closed(connection: AsyncConnection, ticket_id: str, moment: datetime | None) -> None:
    """Close a ticket at a moment, or open it again with None."""
    await connection.execute(update(tickets).where(tickets.c.id == ticket_id).values(closed=moment))
