"""Who sends from this database."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, delete, insert, select
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
        restored: when it was found to be a copy of another, or None.
    """

    token: str
    beats: int
    beaten: datetime
    restored: datetime | None = None


async def load(connection: AsyncConnection) -> Instance | None:
    """Give the row, kept from others until the end of the transaction, or None in a new database.

    Args:
        connection: an open writing transaction.
    """
    return _instance((await connection.execute(select(instance).with_for_update())).mappings().first())


async def look(connection: AsyncConnection) -> Instance | None:
    """Give the row as it is, or None in a new database.

    Args:
        connection: an open transaction.
    """
    return _instance((await connection.execute(select(instance))).mappings().first())


async def save(connection: AsyncConnection, value: Instance) -> None:
    """Keep the row.

    Args:
        connection: an open writing transaction.
        value: as it is now.
    """
    await connection.execute(delete(instance))
    await connection.execute(insert(instance).values(id=_ONLY, **_fields(value)))


async def found(connection: AsyncConnection, value: Instance) -> None:
    """Write the row of a new database.

    Args:
        connection: an open writing transaction.
        value: the row.

    Raises:
        IntegrityError: when another worker has written it meanwhile.
    """
    await connection.execute(insert(instance).values(id=_ONLY, **_fields(value)))


async def last_beat(connection: AsyncConnection) -> datetime | None:
    """Give the moment at which a worker last showed that it sends from here, by the clock of the database.

    Args:
        connection: an open transaction.
    """
    moment: datetime | None = await connection.scalar(select(instance.c.beaten))
    return moment


async def restored(connection: AsyncConnection) -> datetime | None:
    """Give the moment at which the database was found to be a copy, or None.

    Args:
        connection: an open transaction.
    """
    moment: datetime | None = await connection.scalar(select(instance.c.restored))
    return moment


def _fields(value: Instance) -> dict[str, object]:
    return {"token": value.token, "beats": value.beats, "beaten": value.beaten, "restored": value.restored}


def _instance(row: RowMapping | None) -> Instance | None:
    return None if row is None else Instance(row["token"], row["beats"], row["beaten"], row["restored"])
