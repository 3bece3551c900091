"""Addresses that are not written to (停发), and requests to stop that a person must settle."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.recipient import Suppression, address_key
from distributor.store.among import among
from distributor.store.tables import contacts, suppressions, tickets

# why somebody who left a list by themselves is not written to
UNSUBSCRIBED = "unsubscribed"

_EVERY_LIST = ""
_DUE_AFTER = timedelta(days=2)


async def load(connection: AsyncConnection) -> tuple[Suppression, ...]:
    """Give all suppressions, oldest first; see `load_for` before you use it."""
    return await _select(connection)


async def load_for(
    connection: AsyncConnection, organizations: Collection[str], addresses: Collection[str] = ()
) -> tuple[Suppression, ...]:
    """Give the suppressions of the mailboxes of some bodies, and of some further addresses.

    Args:
        connection: an open transaction.
        organizations: ids of the bodies.
        addresses: addresses in any case.
    """
    of_bodies = select(contacts.c.address_key).where(among(connection, contacts.c.organization, organizations))
    named = among(connection, suppressions.c.address_key, [address_key(address) for address in addresses])
    return await _select(connection, suppressions.c.address_key.in_(of_bodies) | named)


async def of_address(connection: AsyncConnection, address: str) -> tuple[Suppression, ...]:
    """Give the suppressions of one address, in any case."""
    return await _select(connection, suppressions.c.address_key == address_key(address))


async def add(connection: AsyncConnection, suppression: Suppression, moment: datetime) -> bool:
    """Stop writing to an address; returns whether it was written to before.

    Args:
        connection: an open writing transaction.
        suppression: address, reason and list.
        moment: since when.
    """
    key, list_id = address_key(suppression.address), suppression.list_id or _EVERY_LIST
    known = await connection.scalar(
        select(suppressions.c.id).where(suppressions.c.address_key == key, suppressions.c.list_id == list_id),
    )
    if known is not None:
        return False
    await connection.execute(
        insert(suppressions).values(
            address=suppression.address,
            address_key=key,
            list_id=list_id,
            reason=suppression.reason,
            since=moment,
        ),
    )
    return True


async def lift(connection: AsyncConnection, address: str, list_id: str, reason: str) -> bool:
    """Write to an address again that was stopped for one list and one reason; returns whether it was.

    Args:
        connection: an open writing transaction.
        address: in any case.
        list_id: the list.
        reason: only if this is why.
    """
    gone = delete(suppressions).where(
        suppressions.c.address_key == address_key(address),
        suppressions.c.list_id == list_id,
        suppressions.c.reason == reason,
    )
    return (await connection.execute(gone)).rowcount > 0


async def open_ticket(
    connection: AsyncConnection,
    ticket_id: str,
    address: str,
    list_id: str,
    moment: datetime,
) -> bool:
    """Ask the secretariat to decide about an address that must receive; returns whether a ticket was opened.

    Args:
        connection: an open writing transaction.
        ticket_id: id for a new ticket.
        address: who asks to be left out.
        list_id: of which list.
        moment: now; the ticket is due two days later.
    """
    still_open = await connection.scalar(
        select(tickets.c.id).where(
            tickets.c.kind == "unsubscribe",
            tickets.c.address == address,
            tickets.c.list_id == list_id,
            tickets.c.closed.is_(None),
        ),
    )
    if still_open is not None:
        return False
    await connection.execute(
        insert(tickets).values(
            id=ticket_id,
            kind="unsubscribe",
            address=address,
            list_id=list_id,
            opened=moment,
            due=moment + _DUE_AFTER,
        ),
    )
    return True


async def _select(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> tuple[Suppression, ...]:
    rows = await connection.execute(select(suppressions).where(*conditions).order_by(suppressions.c.id))
    return tuple(Suppression(row.address, row.reason, row.list_id or None, row.since) for row in rows)
