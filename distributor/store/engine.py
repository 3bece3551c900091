"""Connections to the database and its transactions."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import anyio.to_thread
from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from distributor.errors import Misconfigured
from distributor.store import moments
from distributor.store.at_once import at_once, run_at_once

T = TypeVar("T")
Work = Callable[[AsyncConnection], Coroutine[Any, Any, T]]

# long enough to sit out a locked database of a minute (backup, virus scanner) before a caller sees an error
_BUSY_MILLISECONDS = 75_000
# a process that is frozen in the middle of a transaction must not keep its rows from all others
_FROZEN_MILLISECONDS = 20_000
_POSTGRESQL: dict[str, Any] = {
    "hide_parameters": True,
    "pool_pre_ping": True,
    "connect_args": {"options": f"-c idle_in_transaction_session_timeout={_FROZEN_MILLISECONDS}"},
}
# a long work of one statement after the other on a slow disk is no frozen process
_NEVER_FROZEN = text("SET LOCAL idle_in_transaction_session_timeout = 0")
_DRIVERS = {"sqlite+aiosqlite": "aiosqlite", "postgresql+psycopg": "psycopg"}


class Database:
    """The database of one installation.

    Args:
        url: SQLAlchemy address; `sqlite+aiosqlite:///file` or `postgresql+psycopg://…`.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = _require_known(url) == "sqlite"
        self._giving_back = Lock()
        self.engine = _sqlite_engine(url) if self.is_sqlite else create_async_engine(url, **_POSTGRESQL)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that only reads and sees one state of the data."""
        async with self.engine.connect() as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that reads one state of everything, however long it lasts and whoever writes meanwhile."""
        async with self.engine.connect() as connection:
            if self.is_sqlite:
                # a reading transaction is a snapshot by itself (WAL)
                async with connection.begin():
                    yield connection
                return
            await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with connection.begin():
                await connection.execute(_NEVER_FROZEN)
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that writes; it commits at the end of the block, or leaves nothing behind.

        On SQLite it takes the one write lock at once (BEGIN IMMEDIATE), so that it cannot fail half-way.
        """
        async with self.engine.connect() as connection:
            await connection.execution_options(writes=True)
            async with connection.begin():
                yield connection

    async def write_in_thread(self, work: Work[T]) -> T:
        """Run a whole writing transaction in a thread; it takes nothing of the event loop's time but at both ends.

        When it is cancelled, the thread goes on alone: whether it commits is not known.

        Args:
            work: awaits nothing but the statements of the connection it is given, and shares nothing with others.
        """
        return await anyio.to_thread.run_sync(self._write_here, work, abandon_on_cancel=True)

    def _write_here(self, work: Work[T]) -> T:
        engine = self._blocking
        pooled = engine.connect()
        try:
            connection = pooled.execution_options(writes=True)
            with connection.begin():
                return run_at_once(work(at_once(connection)))
        finally:
            with self._giving_back:
                if self.__dict__.get("_blocking") is not engine and not pooled.invalidated:
                    # a thread that was left alone: nobody would close what goes back into this pool
                    pooled.detach()
                pooled.close()

    @cached_property
    def _blocking(self) -> Engine:
        """The same database by a driver that blocks its thread."""
        return _blocking_sqlite(self.url) if self.is_sqlite else create_engine(self.url, **_POSTGRESQL)

    @asynccontextmanager
    async def fill(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that writes everything anew and may take as long as that takes."""
        async with self.write() as connection:
            if not self.is_sqlite:
                await connection.execute(_NEVER_FROZEN)
            yield connection

    async def now(self, connection: AsyncConnection) -> datetime:
        """Read the clock of the database, by which leases are judged.

        Args:
            connection: an open transaction.
        """
        return await moments.read_clock(connection)

    async def size(self, connection: AsyncConnection) -> int:
        """Give the room in bytes that the database takes.

        Args:
            connection: an open transaction.
        """
        if self.is_sqlite:
            pages = await connection.scalar(text("PRAGMA page_count"))
            return int(pages or 0) * int(await connection.scalar(text("PRAGMA page_size")) or 0)
        return int(await connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database."""
        name = make_url(self.url).database
        return Path(name) if self.is_sqlite and name else None

    async def dispose(self) -> None:
        """Close all connections."""
        await self.engine.dispose()
        with self._giving_back:
            blocking: Engine | None = self.__dict__.pop("_blocking", None)
            if blocking is not None:
                blocking.dispose()


def _require_known(url: str) -> str:
    """Give the kind of database of an address; one that we cannot speak to is refused.

    Raises:
        Misconfigured: `database-url-unusable`, or `postgres-not-installed` with the extra that is missing.
    """
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise Misconfigured("database-url-unusable", url=url.rsplit("@", maxsplit=1)[-1]) from error
    if address.drivername not in _DRIVERS:
        raise Misconfigured("database-url-unusable", url=address.render_as_string(hide_password=True))
    if find_spec(_DRIVERS[address.drivername]) is None:
        raise Misconfigured("postgres-not-installed")
    return address.get_backend_name()


def _sqlite_engine(url: str) -> AsyncEngine:
    file = make_url(url).database
    if file:
        _make_folder(Path(file).parent)
    engine = create_async_engine(url, hide_parameters=True)
    _tame(engine.sync_engine)
    return engine


def _blocking_sqlite(url: str) -> Engine:
    engine = create_engine(make_url(url).set(drivername="sqlite+pysqlite"), hide_parameters=True)
    _tame(engine)
    return engine


def _tame(engine: Engine) -> None:
    """Set every connection up, and let transactions begin as we want them."""

    @event.listens_for(engine, "connect")
    def _set_up(dbapi_connection: Any, _record: object) -> None:  # noqa: ANN401  the driver's own type
        # the driver must not open transactions by itself: BEGIN is ours, see _begin
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Misconfigured("data-dir-unwritable", folder=str(folder), problem=error) from error


def as_misconfigured(error: DBAPIError, url: str) -> Misconfigured:
    """Turn a failure to open the database into our own error, without its password.

    Args:
        error: what the driver said.
        url: address of the database.
    """
    shown = make_url(url).render_as_string(hide_password=True)
    return Misconfigured("database-unreachable", url=shown, problem=str(error.orig).strip())
