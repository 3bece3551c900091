"""What backup, restoring and copying cost: `python -m tests.benchmarks.bench_backup [DELIVERIES]`.

A run of DELIVERIES deliveries (100,000 by default) and forty blobs of 1 MB; each act in a process of its own, so that
its memory is its own. Every restoring and copying reads all rows back and compares them.
"""

import asyncio
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path

import psycopg
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from distributor.access import Actor
from distributor.store import blobs
from distributor.store.engine import Database
from distributor.usecases.backup_reader import BackupReader
from distributor.usecases.copy_database import copy_database
from distributor.usecases.make_backup import Wanted, make_backup
from distributor.usecases.premises import Premises
from distributor.usecases.restore_backup import restore_backup
from tests.support import postgres
from tests.support.databases import sqlite_url
from tests.support.filled import make_premises
from tests.support.ledger import make_run

_WHO = Actor("bench")
_BLOBS, _BYTES = 40, 1024 * 1024


def main() -> None:
    """Measure and print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    table = Table("act", "deliveries", "seconds", "rows/s", "memory MB")
    for size in (max(count // 10, 1), count):
        for name, (seconds, memory) in _acts(size):
            table.add_row(name, f"{size:,}", f"{seconds:.1f}", f"{size / seconds:,.0f}", f"{memory:.0f}")
    Console(width=100).print(table)


def _acts(size: int) -> list[tuple[str, tuple[float, float]]]:
    with tempfile.TemporaryDirectory() as kept, ExitStack() as stack:
        folder = Path(kept)
        url = sqlite_url(folder)
        asyncio.run(_fill(url, size))
        file = folder / "b.tar"
        new = f"sqlite+aiosqlite:///{folder}/new/distributor.sqlite3"
        done = [
            ("backup, SQLite", _apart(_back_up, folder, url, file)),
            (f"  of {file.stat().st_size / 1e6:,.0f} MB: check", _apart(_check, folder, url, file)),
            ("restore into SQLite", _apart(_restore, folder, new, file)),
        ]
        binaries = postgres.find_binaries()
        if binaries is None:
            return done
        address = stack.enter_context(postgres.cluster(binaries))
        with psycopg.connect("postgresql" + address.format(database="postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE restored")
            connection.execute("CREATE DATABASE copied")
        restored, copied = ("postgresql+psycopg" + address.format(database=name) for name in ("restored", "copied"))
        return [
            *done,
            ("restore into PostgreSQL", _apart(_restore, folder, restored, file)),
            ("copy to PostgreSQL", _apart(_copy, folder, url, Path(copied))),
            ("backup, PostgreSQL", _apart(_back_up, folder, restored, folder / "c.tar")),
        ]


async def _fill(url: str, size: int) -> None:
    database = Database(url)
    await make_run(database, 1)
    async with database.write() as connection:
        for number in range(_BLOBS):
            await blobs.put(connection, number.to_bytes(4) * (_BYTES // 4))
        columns = (await connection.execute(text("SELECT * FROM deliveries"))).keys()
        own = {"id": "id || n", "address": "n || address", "message_id": "n || message_id"}
        own |= {"idempotency_key": "n || substr(idempotency_key, 12)", "position": "n"}
        cells = ", ".join(own.get(name, name) for name in columns)
        numbers = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :size)"
        statement = f"{numbers} INSERT INTO deliveries SELECT {cells} FROM deliveries, numbers"  # noqa: S608  names of our columns
        await connection.execute(text(statement), {"size": size - 1})
    await database.dispose()


async def _back_up(premises: Premises, file: Path) -> None:
    await make_backup(premises, Wanted(file))


async def _check(_premises: Premises, file: Path) -> None:
    with BackupReader(file) as reader:
        reader.verify()


async def _restore(premises: Premises, file: Path) -> None:
    with BackupReader(file) as reader:
        await restore_backup(premises, _WHO, reader, lambda _done, _total: None)


async def _copy(premises: Premises, url: Path) -> None:
    await copy_database(premises, _WHO, str(url).replace(":/", "://", 1))


def _apart(act: Callable[[Premises, Path], Awaitable[None]], folder: Path, url: str, file: Path) -> tuple[float, float]:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_measure, args=(act, folder, url, file, there))
    process.start()
    there.close()
    result: tuple[float, float] = here.recv()
    process.join()
    return result


def _measure(
    act: Callable[[Premises, Path], Awaitable[None]], folder: Path, url: str, file: Path, answer: Connection
) -> None:
    premises = make_premises(folder, url)
    began = time.monotonic()

    async def work() -> None:
        await act(premises, file)

    asyncio.run(work())
    answer.send((time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


if __name__ == "__main__":
    main()
