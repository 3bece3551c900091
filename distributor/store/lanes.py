"""Lanes in the database, so that all workers share them and a restart remembers them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.lane import Lane
from distributor.store.claims import hasten
from distributor.store.tables import lanes
from distributor.store.values import restore

_FIELDS = tuple(Lane.__dataclass_fields__)


async def load(connection: AsyncConnection, relay: str, *, locked: bool = False) -> dict[str, Lane]:
    """Give the lanes of a relay by domain.

    Args:
        connection: an open transaction.
        relay: name of the relay.
        locked: keep other workers from them until the end of the transaction, in which they are saved.
    """
    query = select(lanes).where(lanes.c.relay == relay).order_by(lanes.c.domain)
    if locked:
        query = query.with_for_update()
    rows = [{name: row[name] for name in _FIELDS} for row in (await connection.execute(query)).mappings()]
    return {lane.domain: lane for lane in restore(tuple[Lane, ...], rows)}


async def save(connection: AsyncConnection, relay: str, changed: Iterable[Lane]) -> None:
    """Keep lanes as they are now.

    Args:
        connection: an open writing transaction.
        relay: name of the relay.
        changed: the lanes.
    """
    for lane in changed:
        await connection.execute(delete(lanes).where(lanes.c.relay == relay, lanes.c.domain == lane.domain))
        await connection.execute(insert(lanes).values(relay=relay, **{name: getattr(lane, name) for name in _FIELDS}))


async def free_turns(connection: AsyncConnection, now: datetime) -> None:
    """Give the turns of what is not sent any more to who waits behind it: all turns are given anew.

    Args:
        connection: an open writing transaction.
        now: the clock of the database.
    """
    if await connection.scalar(select(lanes.c.relay).where(lanes.c.booked_until > now).limit(1)) is None:
        return
    # deliveries before lanes, as workers do: nobody waits for the other in a circle
    await hasten(connection, None, now)
    await connection.execute(update(lanes).where(lanes.c.booked_until > now).values(booked_until=None))
