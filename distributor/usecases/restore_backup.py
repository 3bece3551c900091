"""Bring an installation back from a backup, into a database of either kind; nothing of it leaves by itself."""

import os
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import tokens
from distributor.access import Actor
from distributor.errors import Conflict, Misconfigured, Refused
from distributor.model.audit import AuditAct, Touched
from distributor.model.backup import Manifest
from distributor.store import instance, migrate, portable, sessions
from distributor.store.engine import Database
from distributor.store.instance import Instance
from distributor.store.portable import ColumnShape, Kind, TableShape
from distributor.store.portable.aside import put_aside
from distributor.usecases.audit import record_act
from distributor.usecases.backup_reader import BackupReader
from distributor.usecases.backup_writer import sync_folder
from distributor.usecases.hold_everything import hold_everything
from distributor.usecases.load_rows import load_rows, make_schema, require_same
from distributor.usecases.premises import Premises
from distributor.usecases.refresh_site import complete_catalogue
from distributor.usecases.require_still import require_closed, require_no_worker
from distributor.usecases.restored_files import Beside, bring_keys, require_no_other_keys, show_different_settings

Progress = Callable[[int, int], None]
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SPARE: Final = 32 * 1024 * 1024
_MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back.

    Args:
        manifest: what the backup says about itself.
        rows: number of rows, each compared with the backup.
        held: runs that ask a person now.
        keys: files of keys that were written.
        former: where the former database is, or None.
        settings: folder of settings that differ from those in force, or None.
    """

    manifest: Manifest
    rows: int
    held: int
    keys: int
    former: str | None
    settings: Path | None


@dataclass(frozen=True, slots=True)
class _Work:
    premises: Premises
    actor: Actor
    reader: BackupReader
    progress: Progress
    beside: Beside


async def restore_backup(
    premises: Premises, actor: Actor, reader: BackupReader, progress: Progress, *, replace: bool = False
) -> Restored:
    """Bring everything back that a backup holds; on any refusal nothing has changed.

    Args:
        premises: the installation.
        actor: who takes the responsibility.
        reader: the backup, verified.
        progress: is told how many tables of how many are filled.
        replace: what is there now is kept under another name and gives way.

    Raises:
        Refused: `backup-newer`, `row-refused`.
        Conflict: `restore-not-empty`, `keys-differ`, `database-in-use`, `database-open`.
        Misconfigured: `backup-no-room`.
    """
    manifest = reader.manifest
    if not migrate.is_known(manifest.schema):
        newest = migrate.newest_revision()
        raise Refused("backup-newer", program=manifest.program, found=manifest.schema, wanted=newest)
    if not replace:
        require_no_other_keys(reader, premises.secrets)
    work = _Work(premises, actor, reader, progress, Beside(premises.now(), premises.data))
    database = premises.open_database(premises.url)
    try:
        into = _into_postgres if database.file is None else _into_sqlite
        rows, held, keys, former = await into(work, database, replace=replace)
    finally:
        await database.dispose()
    settings = show_different_settings(reader, premises.config, work.beside)
    return Restored(manifest, rows, held, keys, former, settings)


async def _into_postgres(work: _Work, database: Database, *, replace: bool) -> tuple[int, int, int, str | None]:
    """All in one transaction: whoever is killed leaves the database as it was."""
    former = None
    async with database.fill() as connection:
        if await _is_taken(database, connection, replace=replace):
            former = f"before_restore_{work.beside.stamp}"
            await put_aside(connection, former)
        rows, held = await _fill(work, connection)
        keys = bring_keys(work.reader, work.premises.secrets, work.beside)
    return rows, held, keys, former


async def _into_sqlite(work: _Work, database: Database, *, replace: bool) -> tuple[int, int, int, str | None]:
    """Into a file beside, which takes the place of the former one in one step."""
    file = database.file
    if file is None:
        raise Misconfigured("database-url-unusable", url=database.url)
    async with database.read() as connection:
        is_taken = await _is_taken(database, connection, replace=replace)
    await database.dispose()
    require_closed(file)
    _require_room(file, work.reader.manifest)
    fresh = file.with_name(f".{file.name}.restoring")
    _remove(fresh)
    new = work.premises.open_database(f"sqlite+aiosqlite:///{fresh}")
    try:
        async with new.fill() as connection:
            rows, held = await _fill(work, connection)
        await new.dispose()
        require_closed(fresh)
        keys = bring_keys(work.reader, work.premises.secrets, work.beside)
        former = file.with_name(f"{file.name}.before-{work.beside.stamp}") if is_taken else None
        await anyio.to_thread.run_sync(partial(_switch, fresh, file, former))
    finally:
        await new.dispose()
        _remove(fresh)
    return rows, held, keys, None if former is None else str(former)


async def _is_taken(database: Database, connection: AsyncConnection, *, replace: bool) -> bool:
    if not await portable.has_tables(connection):
        return False
    if not replace:
        raise Conflict("restore-not-empty", url=str(database.file or database.engine.url))
    await require_no_worker(database, connection)
    return True


async def _fill(work: _Work, connection: AsyncConnection) -> tuple[int, int]:
    """Load the rows into the schema they come from, read them back, upgrade, and hold what would leave by itself."""
    manifest, parts = work.reader.manifest, work.reader.manifest.by_table
    shapes = [
        TableShape(table.name, tuple(ColumnShape(column.name, Kind(column.kind)) for column in table.columns))
        for table in manifest.tables
    ]
    known = await make_schema(connection, manifest.schema)
    if {one.name: _names(one) for one in shapes} != {name: _names(one) for name, one in known.items()}:
        raise Refused("backup-tables", schema=manifest.schema)

    async def lines_of(shape: TableShape) -> AsyncIterator[list[bytes]]:
        for part in parts[shape.name]:
            yield await anyio.to_thread.run_sync(work.reader.lines, part)

    await load_rows(connection, shapes, lines_of, work.progress)
    wanted = {table.name: (table.rows, int(table.digest, 16)) for table in manifest.tables}
    rows = await require_same(connection, shapes, wanted)
    await migrate.upgrade_within(connection)
    await complete_catalogue(connection)
    return rows, await _hold(work, connection)


async def _hold(work: _Work, connection: AsyncConnection) -> int:
    now = work.premises.now()
    held = await hold_everything(connection, now)
    # a name that no machine remembers, last seen long ago: the first worker that comes holds everything once more
    await instance.save(connection, Instance(tokens.new_key(20), 0, _LONG_AGO, now))
    # who was logged in then may have been shut out since
    await sessions.remove_all(connection)
    made = work.reader.manifest.made.isoformat()
    details = {"made": made, "program": work.reader.manifest.program, "held": held}
    await record_act(
        connection, work.premises, work.actor, AuditAct.RESTORE_BACKUP, Touched("database", "backup"), details
    )
    return held


def _names(shape: TableShape) -> frozenset[str]:
    return frozenset(column.name for column in shape.columns)


def _require_room(file: Path, manifest: Manifest) -> None:
    free, needed = shutil.disk_usage(file.parent).free, 2 * manifest.unpacked + _SPARE
    if free < needed:
        megabytes = {"needed": needed // _MEGABYTE + 1, "free": free // _MEGABYTE}
        raise Misconfigured("backup-no-room", folder=str(file.parent), **megabytes)


def _switch(fresh: Path, file: Path, former: Path | None) -> None:
    with fresh.open("rb") as opened:
        os.fsync(opened.fileno())
    fresh.chmod(0o600)
    if former is not None:
        try:
            # a second name first: at no moment is there no database
            former.hardlink_to(file)
        except OSError:
            file.rename(former)
    fresh.replace(file)
    sync_folder(file.parent)


def _remove(file: Path) -> None:
    for name in (file.name, f"{file.name}-wal", f"{file.name}-shm", f"{file.name}-journal"):
        file.with_name(name).unlink(missing_ok=True)
