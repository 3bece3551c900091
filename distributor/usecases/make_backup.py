"""Make a backup while everything runs: all rows of one moment, the settings, and the keys if asked for."""

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import __version__
from distributor.errors import Misconfigured, Refused
from distributor.model.backup import FORMAT, BackupColumn, BackupTable, Manifest
from distributor.store import migrate, portable
from distributor.store.engine import Database
from distributor.store.portable import TableShape
from distributor.usecases.backup_writer import BackupWriter
from distributor.usecases.kept_files import secret_files, settings_files
from distributor.usecases.premises import Premises

Progress = Callable[[int, int], None]
_NAME: Final = re.compile(r"distributor-\d{8}T\d{6}Z\.tar")
_PART: Final = 4 * 1024 * 1024
_SPARE: Final = 32 * 1024 * 1024
_MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Wanted:
    """What backup is wanted.

    Args:
        target: a file that does not exist, or a folder in which the backup gets a name of its time.
        with_secrets: keys and passwords go along.
        keep: how many backups stay in the folder, None for all; makes `target` a folder.
    """

    target: Path
    with_secrets: bool = False
    keep: int | None = None

    def file(self, now: datetime) -> Path:
        """Give the file that is written.

        Args:
            now: the present moment.
        """
        if self.keep is None and not self.target.is_dir():
            return self.target
        return self.target / f"distributor-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar"


@dataclass(frozen=True, slots=True)
class MadeBackup:
    """What came of it.

    Args:
        file: the backup.
        manifest: what it holds.
        size: its bytes.
        removed: older backups that were removed.
    """

    file: Path
    manifest: Manifest
    size: int
    removed: tuple[Path, ...]


async def make_backup(
    premises: Premises, wanted: Wanted, progress: Progress = lambda _done, _total: None
) -> MadeBackup:
    """Write everything of one moment into one file, which is there as a whole or not at all.

    Args:
        premises: the installation.
        wanted: where to, and what of it.
        progress: is told how many tables of how many are written.

    Raises:
        Refused: `backup-exists`, `backup-needs-folder`, `table-foreign`, or `backup-nothing` for an
            installation that is not set up.
        Misconfigured: `backup-no-room` or `backup-unwritable`.
    """
    now = premises.clock.now()
    if wanted.keep is not None and wanted.target.is_file():
        raise Refused("backup-needs-folder", file=str(wanted.target))
    database = premises.open_database(premises.url)
    try:
        file = wanted.file(now)
        manifest = await _write(premises, database, file, now, progress, with_secrets=wanted.with_secrets)
    finally:
        await database.dispose()
    removed = () if wanted.keep is None else _prune(file.parent, wanted.keep)
    return MadeBackup(file, manifest, file.stat().st_size, removed)


async def _write(
    premises: Premises, database: Database, file: Path, now: datetime, progress: Progress, *, with_secrets: bool
) -> Manifest:
    async with database.snapshot() as connection:
        schema = await migrate.revision_of(connection)
        if schema is None:
            raise Refused("backup-nothing")
        shapes = await portable.shapes(connection)
        if schema == migrate.newest_revision():
            portable.require_ours(shapes)
        _require_room(file, await database.size(connection))
        writer = BackupWriter(file, now)
        try:
            for name, data in _files(premises, with_secrets=with_secrets).items():
                writer.add_file(name, data)
            tables = await _write_tables(connection, writer, shapes, progress)
            manifest = Manifest(
                format=FORMAT,
                program=__version__,
                schema=schema,
                database=connection.dialect.name,
                publication=premises.publication,
                made=now,
                has_secrets=with_secrets,
                tables=tables,
                parts=writer.parts,
            )
            await anyio.to_thread.run_sync(writer.finish, manifest)
        finally:
            writer.abandon()
    return manifest


async def _write_tables(
    connection: AsyncConnection, writer: BackupWriter, shapes: Sequence[TableShape], progress: Progress
) -> tuple[BackupTable, ...]:
    tables = []
    for number, shape in enumerate(shapes):
        progress(number, len(shapes))
        tables.append(await _write_table(connection, writer, shape))
    progress(len(shapes), len(shapes))
    return tuple(tables)


async def _write_table(connection: AsyncConnection, writer: BackupWriter, shape: TableShape) -> BackupTable:
    rows, digest, size = 0, 0, 0
    waiting: list[bytes] = []
    async for lines in portable.read(connection, shape):
        rows += len(lines)
        digest = portable.digest_of_lines(lines, digest)
        waiting += lines
        size += sum(map(len, lines))
        if size >= _PART:
            await anyio.to_thread.run_sync(writer.add_rows, shape.name, waiting)
            waiting, size = [], 0
    if waiting:
        await anyio.to_thread.run_sync(writer.add_rows, shape.name, waiting)
    columns = tuple(BackupColumn(column.name, column.kind.value) for column in shape.columns)
    return BackupTable(shape.name, columns, rows, f"{digest:064x}")


def _files(premises: Premises, *, with_secrets: bool) -> dict[str, bytes]:
    found = settings_files(premises.config, with_secrets=with_secrets)
    named = {f"settings/{name}": data for name, data in found.items()}
    if with_secrets:
        named |= {f"secrets/{name}": data for name, data in secret_files(premises.secrets).items()}
    return named


def _require_room(file: Path, size: int) -> None:
    there = next(folder for folder in file.absolute().parents if folder.is_dir())
    free = shutil.disk_usage(there).free
    if free < size + _SPARE:
        megabytes = {"needed": (size + _SPARE) // _MEGABYTE + 1, "free": free // _MEGABYTE}
        raise Misconfigured("backup-no-room", folder=str(there), **megabytes)


def _prune(folder: Path, keep: int) -> tuple[Path, ...]:
    """Remove all but the newest backups; files of other names are left alone."""
    # the names hold the time in UTC: their order is that of time
    mine = sorted(file for file in folder.iterdir() if file.is_file() and _NAME.fullmatch(file.name))
    stale = tuple(mine[:-keep])
    for file in stale:
        file.unlink()
    return stale
