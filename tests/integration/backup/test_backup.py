"""Everything goes into one file while the program runs, and the file says what it holds."""

import gzip
import json
import os
import resource
import shutil
import stat
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import anyio
import pytest
from sqlalchemy import text

from distributor.clock import FixedClock
from distributor.errors import Misconfigured, Refused
from distributor.model.backup import Manifest
from distributor.store.engine import Database
from distributor.store.tables import metadata
from distributor.usecases import load_rows
from distributor.usecases.backup_reader import BackupReader
from distributor.usecases.backup_writer import BackupWriter
from distributor.usecases.kept_files import LEFT_OUT, without_secrets
from distributor.usecases.make_backup import Wanted, make_backup
from tests.support.filled import MOMENT, all_rows, fill_every_table, make_premises
from tests.support.ledger import make_run

pytestmark = pytest.mark.anyio

NAME = "distributor-20260331T010203Z.tar"


class _Disk(NamedTuple):
    total: int
    used: int
    free: int


async def test_a_backup_says_what_it_holds_and_holds_it(database: Database, tmp_path: Path) -> None:
    await fill_every_table(database)
    premises = make_premises(tmp_path, database.url)
    told: list[tuple[int, int]] = []
    made = await make_backup(premises, Wanted(tmp_path / "b.tar"), lambda done, total: told.append((done, total)))
    assert told[-1] == (len(made.manifest.tables), len(made.manifest.tables))
    with BackupReader(made.file) as reader:
        reader.verify()
        manifest = reader.manifest
        assert manifest == made.manifest
        assert {table.name: (table.rows, table.digest) for table in manifest.tables} == await all_rows(database)
        assert manifest.rows == 3 * (len(metadata.tables) + 1)
        parts = manifest.by_table["blobs"]
        assert sum(part.rows for part in parts) == sum(len(reader.lines(part)) for part in parts) == 3
    assert (manifest.made, manifest.publication, manifest.has_secrets) == (MOMENT, "联盟协发网简报", False)
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
    assert made.size == made.file.stat().st_size


async def test_a_backup_holds_one_moment_although_others_write_meanwhile(database: Database, tmp_path: Path) -> None:
    await make_run(database, 5)
    before = await all_rows(database)
    written = anyio.Event()

    def write_soon(done: int, _total: int) -> None:
        if done == 1:
            tasks.start_soon(write)

    async def write() -> None:
        await make_run(database, 5)
        written.set()

    async with anyio.create_task_group() as tasks:
        made = await make_backup(make_premises(tmp_path, database.url), Wanted(tmp_path / "b.tar"), write_soon)
        await written.wait()
    assert {table.name: (table.rows, table.digest) for table in made.manifest.tables} == before
    assert await all_rows(database) != before


async def test_a_table_of_many_rows_stands_in_several_parts(database: Database, tmp_path: Path) -> None:
    await make_run(database, 4000)
    made = await make_backup(make_premises(tmp_path, database.url), Wanted(tmp_path / "b.tar"))
    parts = made.manifest.by_table["delivery_events"], made.manifest.by_table["deliveries"]
    assert sum(part.rows for part in parts[1]) == 4000
    assert max(part.unpacked for part in made.manifest.parts) < 12 * 1024 * 1024


async def test_keys_and_passwords_go_along_only_when_asked(database: Database, tmp_path: Path) -> None:
    premises = make_premises(tmp_path, database.url)
    with (premises.config / "distributor.toml").open("a") as file:
        file.write('\n[bounces]\nimap_password = "open sesame"\n')
    (premises.config / "env").write_text("DISTRIBUTOR_SMTP__PASSWORD=open sesame")
    without = await make_backup(premises, Wanted(tmp_path / "without.tar"))
    assert b"open sesame" not in without.file.read_bytes()
    assert {part.name for part in without.manifest.files("settings")} >= {"settings/distributor.toml"}
    assert without.manifest.files("secrets") == ()
    with_them = await make_backup(premises, Wanted(tmp_path / "with.tar", with_secrets=True))
    assert {part.name for part in with_them.manifest.files("secrets")} == {
        "secrets/tokens.key",
        "secrets/dkim/2026a.pem",
    }
    assert "settings/env" in {part.name for part in with_them.manifest.files("settings")}
    assert with_them.file.read_bytes().count(b"open sesame") == 2


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ('password = "x"', f"{LEFT_OUT}password"),
        ('  imap_password="x"  # mine', f"  {LEFT_OUT}imap_password"),
        ('metrics_token = "x"', f"{LEFT_OUT}metrics_token"),
        ('host = "mx.example"', 'host = "mx.example"'),
        ('database_url = "postgresql+psycopg://u:x@h/d"', 'database_url = "postgresql+psycopg://u@h/d"'),
        ('database_url = "postgresql+psycopg://u@h/d"', 'database_url = "postgresql+psycopg://u@h/d"'),
        ("database_url = 'what?'", "database_url = ''"),
    ],
)
def test_a_password_is_taken_out_of_settings(line: str, left: str) -> None:
    assert without_secrets(f"[smtp]\n{line}\n".encode()).decode() == f"[smtp]\n{left}\n"


async def test_nothing_is_overwritten(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    file.write_text("mine")
    with pytest.raises(Refused, match="backup-exists"):
        await make_backup(make_premises(tmp_path, database.url), Wanted(file))
    assert file.read_text() == "mine"


def test_of_two_backups_of_one_name_the_second_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    writer = BackupWriter(file, MOMENT)
    with pytest.raises(Misconfigured, match="backup-unwritable"):
        BackupWriter(file, MOMENT)
    writer.abandon()
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_somebody_took_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    writer = BackupWriter(file, MOMENT)
    file.write_text("mine")
    manifest = Manifest(1, "0", "0010", "sqlite", "简报", MOMENT, has_secrets=False, tables=(), parts=())
    with pytest.raises(Refused, match="backup-exists"):
        writer.finish(manifest)
    writer.abandon()
    assert [(found.name, found.read_text()) for found in tmp_path.iterdir()] == [("b.tar", "mine")]


def test_long_rows_are_written_in_statements_of_some_megabytes() -> None:
    lines = [b"x" * 3_000_000] * 5
    assert [len(group) for group in load_rows._groups(lines)] == [2, 2, 1]


async def test_only_the_newest_backups_of_a_folder_are_kept(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "nightly"
    premises = make_premises(tmp_path, database.url)
    made = []
    for night in range(4):
        moment = replace(premises, clock=FixedClock(MOMENT + timedelta(days=night)))
        made.append(await make_backup(moment, Wanted(folder, keep=2)))
        (folder / "notes.tar").touch()
    assert made[0].file == folder / NAME
    assert [len(one.removed) for one in made] == [0, 0, 1, 1]
    assert sorted(folder.iterdir()) == [made[2].file, made[3].file, folder / "notes.tar"]


async def test_what_a_killed_backup_left_is_removed_and_one_under_way_is_not(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / ".dead.tar.part").write_text("half")
    alive = BackupWriter(tmp_path / "alive.tar", MOMENT)
    await make_backup(make_premises(tmp_path, database.url), Wanted(tmp_path))
    assert not (tmp_path / ".dead.tar.part").exists()
    assert (tmp_path / ".alive.tar.part").exists()
    assert (tmp_path / NAME).exists()
    alive.abandon()


async def test_a_file_cannot_keep_several_backups(database: Database, tmp_path: Path) -> None:
    (tmp_path / "b.tar").touch()
    with pytest.raises(Refused, match="backup-needs-folder"):
        await make_backup(make_premises(tmp_path, database.url), Wanted(tmp_path / "b.tar", keep=3))


async def test_an_installation_that_was_never_set_up_has_nothing_to_back_up(tmp_path: Path) -> None:
    premises = make_premises(tmp_path, f"sqlite+aiosqlite:///{tmp_path}/new.sqlite3")
    with pytest.raises(Refused, match="backup-nothing"):
        await make_backup(premises, Wanted(tmp_path / "b.tar"))
    assert not (tmp_path / "b.tar").exists()


async def test_a_disk_without_room_is_noticed_first(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: _Disk(10**9, 10**9, 1000))
    with pytest.raises(Misconfigured, match="backup-no-room"):
        await make_backup(make_premises(tmp_path, database.url), Wanted(tmp_path / "new" / "b.tar"))
    assert not (tmp_path / "new").exists()


@contextmanager
def _no_file_longer_than(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [100, 100_000])
async def test_a_disk_that_fills_up_leaves_nothing_behind(tmp_path: Path, room: int) -> None:
    writer = BackupWriter(tmp_path / "b.tar", MOMENT)
    if room > 60_000:
        writer.add_file("settings/x.toml", os.urandom(60_000))
    with _no_file_longer_than(room), pytest.raises(Misconfigured, match="backup-unwritable"):
        writer.add_file("settings/y.toml", os.urandom(60_000))
    writer.abandon()
    assert list(tmp_path.iterdir()) == []


async def test_a_folder_that_cannot_be_written_is_named(database: Database, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Misconfigured, match=r"backup-unwritable.*file/b\.tar"):
        await make_backup(make_premises(tmp_path, database.url), Wanted(tmp_path / "file" / "b.tar"))


async def test_the_file_is_read_by_tar_and_its_rows_by_anything_that_reads_json(
    database: Database, tmp_path: Path
) -> None:
    await fill_every_table(database)
    made = await make_backup(make_premises(tmp_path, database.url), Wanted(tmp_path / "b.tar"))
    with tarfile.open(made.file) as archive:
        names = archive.getnames()
        told = archive.extractfile("manifest.json")
        assert told is not None
        manifest = json.loads(told.read())
        rows = archive.extractfile("tables/runs/00001.jsonl.gz")
        assert rows is not None
        assert all(member.mode == 0o600 for member in archive.getmembers())
        assert len(gzip.decompress(rows.read()).split(b"\n")) == 3
    assert names[-2:] == ["manifest.json", "manifest.sha256"]
    assert manifest["format"] == 1


@pytest.mark.parametrize("table", ["stranger (id INTEGER PRIMARY KEY)", "stranger (id INTEGER, much NUMERIC(10, 2))"])
async def test_a_table_of_somebody_else_is_named_before_a_backup_that_nobody_could_restore(
    database: Database, tmp_path: Path, table: str
) -> None:
    async with database.write() as connection:
        await connection.execute(text(f"CREATE TABLE {table}"))
    with pytest.raises(Refused, match=r"table-foreign.*stranger"):
        await make_backup(make_premises(tmp_path, database.url), Wanted(tmp_path / "b.tar"))
    assert not (tmp_path / "b.tar").exists()


async def test_jobs_of_the_engine_are_left_out(database: Database, tmp_path: Path) -> None:
    async with database.write() as connection:
        await connection.execute(text("CREATE TABLE procrastinate_jobs (id INTEGER PRIMARY KEY)"))
    made = await make_backup(make_premises(tmp_path, database.url), Wanted(tmp_path / "b.tar"))
    assert {table.name for table in made.manifest.tables} == {*metadata.tables, "search_index"}
