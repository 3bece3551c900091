"""A backup or a restoring that is killed at any moment leaves nothing half done, and the next one succeeds."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from sqlalchemy import text

from distributor.store import blobs, migrate
from distributor.store.engine import Database
from tests.faults.conftest import Size
from tests.support.filled import all_rows, make_premises
from tests.support.ledger import make_run, until
from tests.support.workers import ROOT, worker_environment

pytestmark = [pytest.mark.anyio, pytest.mark.fault, pytest.mark.slow]

_BLOBS, _BYTES = 40, 400_000
# what a restoring itself writes
_WRITTEN = {"instance", "runs", "run_events", "audit", "audit_head"}


async def fill(database: Database) -> dict[str, tuple[int, str]]:
    """Enough that there is time to kill; gives what must come back."""
    await make_run(database, 2000)
    async with database.write() as connection:
        for _ in range(_BLOBS):
            await blobs.put(connection, os.urandom(_BYTES))
    return {name: rows for name, rows in (await all_rows(database)).items() if name not in _WRITTEN}


def start(folder: Path, url: str, *arguments: str) -> "subprocess.Popen[bytes]":
    """Run a command of the program on a database in a process of its own."""
    environment = worker_environment(folder / "data", url, 1, SENDING="capture", CONFIG=str(folder / "config"))
    program = "import sys; from distributor.cli.main import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL
    )


async def killed_when(process: "subprocess.Popen[bytes]", is_time: Callable[[], bool]) -> bool:
    """Kill a process at a moment of its work; gives whether it was still at it."""
    with anyio.fail_after(60):
        await until(lambda: is_time() or process.poll() is not None)
    process.kill()
    return await anyio.to_thread.run_sync(process.wait) < 0


async def finished(process: "subprocess.Popen[bytes]") -> int:
    """Wait for the end of a process; gives its exit code."""
    return await anyio.to_thread.run_sync(process.wait)


def longer_than(file: Path, size: int) -> Callable[[], bool]:
    """Whether a file has come so far."""
    return lambda: file.exists() and file.stat().st_size > size


async def test_a_backup_that_is_killed_leaves_no_file_of_its_name(
    database: Database, tmp_path: Path, size: Size
) -> None:
    make_premises(tmp_path, database.url)
    await fill(database)
    file, half = tmp_path / "b.tar", tmp_path / ".b.tar.part"
    killed = 0
    for fault in range(size.faults):
        process = start(tmp_path, database.url, "backup", str(file))
        if await killed_when(process, longer_than(half, fault * _BLOBS * _BYTES // size.faults)):
            killed += 1
            assert not file.exists()
            assert half.exists()
        file.unlink(missing_ok=True)
    assert killed
    assert await finished(start(tmp_path, database.url, "backup", str(file))) == 0
    assert not half.exists()
    assert await finished(start(tmp_path, database.url, "restore", str(file), "--check")) == 0


async def test_a_restoring_that_is_killed_leaves_the_database_as_it_was(
    database: Database, empty_database: Database, tmp_path: Path, size: Size
) -> None:
    make_premises(tmp_path, database.url)
    wanted = await fill(database)
    file = tmp_path / "b.tar"
    assert await finished(start(tmp_path, database.url, "backup", str(file))) == 0
    room = await _room(empty_database)
    killed = 0
    for fault in range(size.faults):
        goal = fault * _BLOBS * _BYTES // size.faults
        process = start(tmp_path, empty_database.url, "restore", str(file), "--as", "wang")
        if empty_database.file is not None:
            fresh = empty_database.file.with_name(f".{empty_database.file.name}.restoring")
            killed += await killed_when(process, longer_than(fresh, goal))
        else:
            with anyio.fail_after(60):
                while process.poll() is None and await _room(empty_database) <= room + goal:  # noqa: ASYNC110  another process does it
                    await anyio.sleep(0.01)
            process.kill()
            killed += await finished(process) < 0
        assert await migrate.is_empty(empty_database) or killed == fault
        if not await migrate.is_empty(empty_database):
            pytest.skip("this machine restores faster than it can be killed")
    assert killed
    await empty_database.dispose()
    assert await finished(start(tmp_path, empty_database.url, "restore", str(file), "--as", "wang")) == 0
    found = await all_rows(empty_database)
    assert {name: rows for name, rows in found.items() if name in wanted} == wanted
    left = [one.name for one in tmp_path.rglob("*.restoring*")]
    assert left == []


async def _room(database: Database) -> int:
    if database.is_sqlite:
        return 0
    async with database.read() as connection:
        return int(await connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)
