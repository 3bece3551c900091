"""Migrated databases for tests: SQLite always, PostgreSQL where initdb exists."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select

from distributor.store import migrate
from distributor.store.engine import Database
from distributor.store.tables import metadata
from tests.support import postgres

_numbers = count()
_TEMPLATE = "template_migrated"


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """Address of a running cluster with a migrated template database; `{database}` stands for the name."""
    binaries = postgres.find_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL (initdb, pg_ctl) is not installed on this machine")
    with postgres.cluster(binaries) as address:
        execute(address, f"CREATE DATABASE {_TEMPLATE}")
        _in_thread("postgresql+psycopg" + address.format(database=_TEMPLATE))
        yield address


def execute(address: str, statement: str) -> None:
    """Run one statement outside a transaction in the maintenance database of a cluster."""
    with psycopg.connect("postgresql" + address.format(database="postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A migrated, empty database; a test that takes it runs on both kinds."""
    url = sqlite_url(tmp_path) if request.param == "sqlite" else postgres_url(request)
    opened = Database(url)
    yield opened
    await opened.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database of either kind that was never set up."""
    url = f"sqlite+aiosqlite:///{tmp_path}/other/distributor.sqlite3"
    if request.param == "postgresql":
        url = empty_postgres_url(request)
    opened = Database(url)
    yield opened
    await opened.dispose()


def sqlite_url(folder: Path) -> str:
    """Put a migrated SQLite database into a folder."""
    file = folder / "distributor.sqlite3"
    file.write_bytes(_migrated_sqlite())
    return f"sqlite+aiosqlite:///{file}"


def postgres_url(request: pytest.FixtureRequest) -> str:
    """Make a migrated PostgreSQL database in the cluster of this session."""
    address: str = request.getfixturevalue("postgres_address")
    name = f"test_{next(_numbers)}"
    execute(address, f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
    return "postgresql+psycopg" + address.format(database=name)


def empty_postgres_url(request: pytest.FixtureRequest) -> str:
    """Make a PostgreSQL database that was never set up in the cluster of this session."""
    address: str = request.getfixturevalue("postgres_address")
    name = f"empty_{next(_numbers)}"
    execute(address, f"CREATE DATABASE {name}")
    return "postgresql+psycopg" + address.format(database=name)


@cache
def _migrated_sqlite() -> bytes:
    """Bytes of a migrated database file; copying them is faster than migrating for every test."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "template.sqlite3"
        _in_thread(f"sqlite+aiosqlite:///{file}")
        return file.read_bytes()


def _in_thread(url: str) -> None:
    """Migrate outside the event loop that a test may be running in."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, _migrate(url)).result()


async def _migrate(url: str) -> None:
    opened = Database(url)
    await migrate.upgrade(opened)
    await opened.dispose()


async def dump(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, to see whether anything was changed."""
    async with database.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in await connection.execute(select(table))), key=repr)
            for table in metadata.tables.values()
        }
