"""The version of what the site shows: it grows with every change, so that each process notices those of others."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.store.tables import site_state

_ONLY = 1


async def take(connection: AsyncConnection) -> None:
    """Keep all others from changing what readers get until this transaction ends, so that nobody misses the other.

    Args:
        connection: an open writing transaction that has read nothing yet of what it is going to change.
    """
    # a change of the row, since SQLite has no FOR UPDATE and PostgreSQL lets one change at a time wait for the other
    await connection.execute(
        update(site_state).where(site_state.c.id == _ONLY).values(version=site_state.c.version),
    )


async def advance(connection: AsyncConnection) -> None:
    """Say that something has changed for readers.

    Args:
        connection: the open writing transaction of the change.
    """
    await connection.execute(
        update(site_state).where(site_state.c.id == _ONLY).values(version=site_state.c.version + 1),
    )


async def version(connection: AsyncConnection) -> int:
    """Give the version of what readers get now.

    Args:
        connection: an open transaction.
    """
    return int(await connection.scalar(select(site_state.c.version).where(site_state.c.id == _ONLY)) or 0)
