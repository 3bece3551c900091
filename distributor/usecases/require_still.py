"""Make sure that nobody sends from a database before it is copied away or replaced."""

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.errors import Conflict
from distributor.store import instance
from distributor.store.engine import Database
from distributor.usecases.guard_instance import ALIVE

_SPARE: Final = timedelta(seconds=1)


async def require_no_worker(database: Database, connection: AsyncConnection) -> None:
    """Refuse while a worker shows that it sends from a database.

    Args:
        database: the database.
        connection: an open transaction on it.

    Raises:
        Conflict: `database-in-use`.
    """
    beaten = await instance.last_beat(connection)
    if beaten is None:
        return
    left = beaten + ALIVE - await database.now(connection)
    if left > timedelta():
        raise Conflict("database-in-use", seconds=int((left + _SPARE).total_seconds()))


def require_closed(file: Path) -> None:
    """Refuse while any program has an SQLite file open; afterwards all of it stands in the one file.

    Args:
        file: the database.

    Raises:
        Conflict: `database-open`.
    """
    connection = sqlite3.connect(file, timeout=0, isolation_level=None)
    try:
        # only the last connection may take the write-ahead log away
        connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise Conflict("database-open", file=str(file)) from error
    finally:
        connection.close()
