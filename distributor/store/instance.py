"""Who sends from this database."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.store.tables import instance

_ONLY = 1


@dataclass(frozen=True, slots=True)
class Instance:
    """The one row.

    Args:
        token: name of the installation.
        beats: how often a worker has shown that it sends from here.
        beaten: when the last one did.
    """

    token: str
    beats: int
    beaten: datetime


async def load(connection: AsyncConnection) -> Instance | None:
    """Give the row, kept from others until the end of the transaction, or None in a new database.

    Args:
        connection: an open writing transaction.
    """
    row = (await connection.execute(select(instance).with_for_update())).mappings().first()
    return None if row is None else Instance(row["token"], row["beats"], row["beaten"])


async def save(connection: AsyncConnection, value: Instance) -> None:
    """Keep the row.

    Args:
        connection: an open writing transaction.
        value: as it is now.
    """
    await connection.execute(delete(instance))
    fields = {"token": value.token, "beats": value.beats, "beaten": value.beaten}
    await connection.execute(insert(instance).values(id=_ONLY, **fields))
