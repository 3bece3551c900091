"""A backup fills either kind of database, as a whole or not at all."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from sqlalchemy import MetaData, Table, func, insert, select, text, update

from distributor.access import Actor
from distributor.errors import Conflict, Misconfigured, Refused
from distributor.model.ledger import Mark
from distributor.model.run import DeliveryState
from distributor.store import instance, marks, migrate, tables
from distributor.store.engine import Database
from distributor.store.instance import Instance
from distributor.usecases import restored_files
from distributor.usecases.backup_reader import BackupReader
from distributor.usecases.make_backup import Wanted, make_backup
from distributor.usecases.premises import Premises
from distributor.usecases.restore_backup import Restored, restore_backup
from distributor.usecases.verify_audit import verify_audit
from tests.support.databases import empty_postgres_url, sqlite_url
from tests.support.filled import MOMENT, all_rows, count_in, fill_every_table, make_premises, rows_at, with_member
from tests.support.ledger import make_context, make_run, rows_of

# most of them make a whole schema
pytestmark = [pytest.mark.anyio, pytest.mark.slow]

WANG = Actor("wang")
# what a restoring itself writes: who restored, that runs ask, that nobody is logged in any more
TOUCHED = {"instance", "runs", "run_events", "letters", "notices", "sessions", "audit", "audit_head"}
# what the product makes again when it is set up
DERIVED = {"feed_cards", "feed_shares", "feed_channels"}
LEDGER = ("deliveries", "delivery_events")


async def back_up(database: Database, folder: Path, *, with_secrets: bool = False) -> Path:
    wanted = Wanted(folder / "backup.tar", with_secrets=with_secrets)
    return (await make_backup(make_premises(folder, database.url), wanted)).file


async def restore(premises: Premises, file: Path, *, replace: bool = False) -> Restored:
    with BackupReader(file) as reader:
        reader.verify()
        return await restore_backup(premises, WANG, reader, lambda _done, _total: None, replace=replace)


def only(rows: dict[str, tuple[int, str]], without: set[str]) -> dict[str, tuple[int, str]]:
    return {name: found for name, found in rows.items() if name not in without}


async def test_a_backup_of_either_database_fills_either_database(
    database: Database, empty_database: Database, tmp_path: Path
) -> None:
    await fill_every_table(database)
    file = await back_up(database, tmp_path)
    done = await restore(make_premises(tmp_path, empty_database.url), file)
    before, after = await all_rows(database), await all_rows(empty_database)
    assert only(after, TOUCHED | DERIVED) == only(before, TOUCHED | DERIVED)
    assert done.rows == sum(rows for rows, _ in before.values())
    assert (done.former, done.settings, done.keys) == (None, None, 0)
    await migrate.require_newest(empty_database)
    assert await count_in(empty_database, tables.sessions) == 0


async def test_what_is_restored_can_be_worked_with(
    database: Database, empty_database: Database, tmp_path: Path
) -> None:
    await make_run(database, 3)
    await restore(make_premises(tmp_path, empty_database.url), await back_up(database, tmp_path))
    # numbers that the database gives, the chain of the audit log, and everything else a run needs
    await make_run(empty_database, 3)
    assert await count_in(empty_database, tables.deliveries) == 6
    assert (await verify_audit(make_context(empty_database, tmp_path))).entries == 1


@pytest.mark.parametrize("revision", ["0002", "0006", "0008"])
async def test_a_backup_of_an_older_version_is_brought_up_to_date(
    empty_database: Database, tmp_path: Path, revision: str
) -> None:
    old = Database(f"sqlite+aiosqlite:///{tmp_path}/old.sqlite3")
    async with old.write() as connection:
        await migrate.upgrade_within(connection, revision)
        users = "INSERT INTO blobs (sha256, size, data) VALUES ('abc', 1, X'00')"
        await connection.execute(text(users))
    file = await back_up(old, tmp_path)
    await old.dispose()
    done = await restore(make_premises(tmp_path, empty_database.url), file)
    assert done.manifest.schema == revision
    await migrate.require_newest(empty_database)
    async with empty_database.read() as connection:
        assert await connection.scalar(select(tables.blobs.c.data)) == b"\x00"


async def test_deliveries_with_their_history_come_out_of_a_backup_from_before_their_keys_changed(
    empty_database: Database, tmp_path: Path
) -> None:
    old = Database(f"sqlite+aiosqlite:///{tmp_path}/old.sqlite3")
    async with old.write() as connection:
        await migrate.upgrade_within(connection, "0014")
    run = await make_run(old, 50)
    events = [Mark(row.delivery, DeliveryState.FAILED, "w1") for row in await rows_of(old, run)]
    async with old.write() as connection:
        await marks.add_events(connection, events, MOMENT)
    file = await back_up(old, tmp_path)
    before = await all_rows(old)
    await old.dispose()
    await restore(make_premises(tmp_path, empty_database.url), file)
    after = await all_rows(empty_database)
    assert before["delivery_events"][0] == 50
    assert [after[name] for name in LEDGER] == [before[name] for name in LEDGER]


async def test_a_backup_of_a_newer_version_is_refused(
    database: Database, empty_database: Database, tmp_path: Path
) -> None:
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    file = await back_up(database, tmp_path)
    with pytest.raises(Refused, match=r"backup-newer.*9999"):
        await restore(make_premises(tmp_path, empty_database.url), file)
    assert await migrate.is_empty(empty_database)


async def test_a_backup_whose_tables_are_not_those_of_its_schema_is_refused(
    database: Database, empty_database: Database, tmp_path: Path
) -> None:
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0008'"))
    file = await back_up(database, tmp_path)
    with pytest.raises(Refused, match="backup-tables"):
        await restore(make_premises(tmp_path, empty_database.url), file)
    assert await migrate.is_empty(empty_database)


async def test_what_is_there_is_not_overwritten(database: Database, tmp_path: Path) -> None:
    await fill_every_table(database)
    file = await back_up(database, tmp_path)
    before = await all_rows(database)
    with pytest.raises(Conflict, match="restore-not-empty"):
        await restore(make_premises(tmp_path, database.url), file)
    assert await all_rows(database) == before


async def test_what_gives_way_is_kept_beside(database: Database, tmp_path: Path) -> None:
    await make_run(database, 2)
    file = await back_up(database, tmp_path)
    await make_run(database, 5)
    before = await all_rows(database)
    await database.dispose()
    done = await restore(make_premises(tmp_path, database.url), file, replace=True)
    assert done.former is not None
    assert await count_in(database, tables.deliveries) == 2
    if database.is_sqlite:
        assert await rows_at(f"sqlite+aiosqlite:///{done.former}") == before
        return
    async with database.read() as connection:
        kept = Table("deliveries", MetaData(), schema=done.former)
        assert await connection.scalar(select(func.count()).select_from(kept)) == 7
    # the guards of the former tables went with them, the new ones have guards of their own
    await make_run(database, 1)


@pytest.mark.parametrize("replacing", [True, False])
async def test_nothing_is_replaced_while_a_worker_sends(database: Database, tmp_path: Path, replacing: bool) -> None:
    file = await back_up(database, tmp_path)
    async with database.write() as connection:
        await instance.save(connection, Instance("here", 1, await database.now(connection)))
    await database.dispose()
    with pytest.raises(Conflict, match="database-in-use" if replacing else "restore-not-empty"):
        await restore(make_premises(tmp_path, database.url), file, replace=replacing)


async def test_an_sqlite_file_that_a_program_has_open_is_not_replaced(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    file = await back_up(database, tmp_path)
    await database.dispose()
    site = sqlite3.connect(tmp_path / "distributor.sqlite3")
    site.execute("SELECT count(*) FROM runs").fetchone()
    with pytest.raises(Conflict, match="database-open"):
        await restore(make_premises(tmp_path, database.url), file, replace=True)
    site.close()
    assert (await restore(make_premises(tmp_path, database.url), file, replace=True)).former is not None


@pytest.mark.postgres
async def test_a_row_that_postgresql_does_not_take_is_named_and_nothing_is_written(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = empty_postgres_url(request)
    source = Database(sqlite_url(tmp_path))
    async with source.write() as connection:
        row = {"name": "n" * 41, "role": "editor", "password_hash": "-", "password_set": MOMENT, "created": MOMENT}
        await connection.execute(insert(tables.users).values(row))
    file = await back_up(source, tmp_path)
    await source.dispose()
    with pytest.raises(Refused, match=r"row-refused.*users"):
        await restore(make_premises(tmp_path, url), file)
    target = Database(url)
    assert await migrate.is_empty(target)
    await target.dispose()


class TestDamage:
    """A backup that is not whole is refused before anything is touched."""

    async def test_a_damaged_byte_anywhere_is_noticed(self, tmp_path: Path) -> None:
        database = Database(sqlite_url(tmp_path))
        await fill_every_table(database, 1)
        file = await back_up(database, tmp_path)
        await database.dispose()
        whole = file.read_bytes()
        manifest = whole.rindex(b"manifest.sha256")
        missed = []
        # not the padding between members: nothing of it is read
        for place in range(700, manifest, len(whole) // 60):
            if whole[place] == 0:
                continue
            damaged = tmp_path / "damaged.tar"
            damaged.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
            try:
                with BackupReader(damaged) as reader:
                    reader.verify()
            except Refused:
                continue
            # the head of a member holds its time and owner, which nobody looks at
            missed.append(place)
        assert all(place % 512 in range(100, 512) for place in missed)
        assert len(missed) <= 3

    @pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 0.95])
    async def test_a_file_that_was_cut_off_is_refused(self, tmp_path: Path, share: float) -> None:
        database = Database(sqlite_url(tmp_path))
        file = await back_up(database, tmp_path)
        await database.dispose()
        whole = file.read_bytes()
        end = whole.rindex(b"manifest.sha256")
        file.write_bytes(whole[: int(end * share)])
        with pytest.raises(Refused, match="backup-"), BackupReader(file) as reader:
            reader.verify()

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x00" * 10240])
    def test_what_is_no_backup_is_refused(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "b.tar").write_bytes(content)
        with pytest.raises(Refused, match="backup-unreadable"):
            BackupReader(tmp_path / "b.tar")
        with pytest.raises(Refused, match="backup-unreadable"):
            BackupReader(tmp_path / "none.tar")

    @pytest.mark.parametrize(
        ("name", "change"),
        [
            ("tables/digest_head/00001.jsonl.gz", None),
            ("tables/digest_head/00001.jsonl.gz", b"something else"),
            ("settings/distributor.toml", b"sending = 'live'"),
            ("manifest.json", b"{}"),
            ("manifest.sha256", b"0" * 64),
            ("manifest.sha256", None),
        ],
    )
    async def test_a_member_that_is_different_or_lacking_is_noticed(
        self, tmp_path: Path, name: str, change: bytes | None
    ) -> None:
        database = Database(sqlite_url(tmp_path))
        file = with_member(await back_up(database, tmp_path), name, change)
        await database.dispose()
        with pytest.raises(Refused, match="backup-"), BackupReader(file) as reader:
            reader.verify()

    async def test_a_part_that_unpacks_to_more_than_was_said_is_refused(self, tmp_path: Path) -> None:
        database = Database(sqlite_url(tmp_path))
        file = await back_up(database, tmp_path)
        await database.dispose()
        with BackupReader(file) as reader:
            part = next(part for part in reader.manifest.parts if part.table)
            for wrong in (replace(part, unpacked=part.unpacked - 1), replace(part, rows=part.rows + 1)):
                with pytest.raises(Refused, match="backup-damaged"):
                    reader.lines(wrong)
            file_part = reader.manifest.files("settings")[0]
            with pytest.raises(Refused, match="backup-damaged"):
                reader.lines(replace(file_part, name=file_part.name))

    async def test_rows_that_are_not_those_of_the_manifest_are_noticed_and_nothing_is_written(
        self, database: Database, empty_database: Database, tmp_path: Path
    ) -> None:
        await fill_every_table(database)
        file = await back_up(database, tmp_path)
        with BackupReader(file) as reader:
            wrong = tuple(replace(table, digest="0" * 64) for table in reader.manifest.tables)
            reader.manifest = replace(reader.manifest, tables=wrong)
            with pytest.raises(Conflict, match="rows-differ"):
                await restore_backup(make_premises(tmp_path, empty_database.url), WANG, reader, lambda *_: None)
        assert await migrate.is_empty(empty_database)


class TestFiles:
    """Settings and keys come back, and none that is in use is overwritten."""

    async def test_keys_come_back_where_there_are_none(self, tmp_path: Path) -> None:
        database = Database(sqlite_url(tmp_path))
        file = await back_up(database, tmp_path, with_secrets=True)
        await database.dispose()
        premises = replace(
            make_premises(tmp_path, f"sqlite+aiosqlite:///{tmp_path}/o/d.sqlite3"), secrets=tmp_path / "new"
        )
        assert (await restore(premises, file)).keys == 2
        assert (tmp_path / "new" / "dkim" / "2026a.pem").read_text() == "a key that signs\n"
        assert (tmp_path / "new" / "tokens.key").stat().st_mode & 0o777 == 0o600

    async def test_other_keys_are_refused_and_kept_when_they_give_way(self, tmp_path: Path) -> None:
        database = Database(sqlite_url(tmp_path))
        file = await back_up(database, tmp_path, with_secrets=True)
        await database.dispose()
        premises = make_premises(tmp_path, f"sqlite+aiosqlite:///{tmp_path}/o/d.sqlite3")
        (premises.secrets / "tokens.key").write_text("another key\n")
        with pytest.raises(Conflict, match=r"keys-differ.*tokens\.key"):
            await restore(premises, file)
        assert (await restore(premises, file, replace=True)).keys == 1
        kept = next(premises.secrets.glob("tokens.key.before-*"))
        assert kept.read_text() == "another key\n"
        assert (premises.secrets / "tokens.key").read_text() == "a key of the tests\n"

    async def test_settings_that_differ_are_put_beside(self, tmp_path: Path) -> None:
        database = Database(sqlite_url(tmp_path))
        file = await back_up(database, tmp_path)
        await database.dispose()
        premises = make_premises(tmp_path, f"sqlite+aiosqlite:///{tmp_path}/o/d.sqlite3")
        (premises.config / "distributor.toml").write_text('base_url = "https://other.example"\n')
        done = await restore(premises, file)
        assert done.settings is not None
        assert [found.name for found in done.settings.iterdir()] == ["distributor.toml"]
        assert "other.example" in (premises.config / "distributor.toml").read_text()

    async def test_settings_come_back_where_there_are_none(self, tmp_path: Path) -> None:
        database = Database(sqlite_url(tmp_path))
        file = await back_up(database, tmp_path)
        await database.dispose()
        with BackupReader(file) as reader:
            assert restored_files.bring_settings(reader, tmp_path / "etc")
            assert not restored_files.bring_settings(reader, tmp_path / "etc")
            (tmp_path / "file").touch()
            with pytest.raises(Misconfigured, match="backup-unwritable"):
                restored_files.bring_settings(reader, tmp_path / "file" / "etc")
        assert (tmp_path / "etc" / "schedule.toml").exists()

    async def test_keys_that_cannot_be_written_leave_the_database_as_it_was(
        self, empty_database: Database, tmp_path: Path
    ) -> None:
        database = Database(sqlite_url(tmp_path))
        file = await back_up(database, tmp_path, with_secrets=True)
        await database.dispose()
        (tmp_path / "file").touch()
        premises = replace(make_premises(tmp_path, empty_database.url), secrets=tmp_path / "file")
        with pytest.raises(Misconfigured, match="backup-unwritable"):
            await restore(premises, file)
        assert await migrate.is_empty(empty_database)


async def test_a_disk_without_room_is_noticed_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(sqlite_url(tmp_path))
    file = await back_up(database, tmp_path)
    await database.dispose()
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: type("Usage", (), {"free": 1000})())
    premises = make_premises(tmp_path, f"sqlite+aiosqlite:///{tmp_path}/o/d.sqlite3")
    with pytest.raises(Misconfigured, match="backup-no-room"):
        await restore(premises, file)


async def test_a_disk_without_second_names_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: Path, _target: Path) -> None:
        raise OSError(95, "Operation not supported")

    database = Database(sqlite_url(tmp_path))
    file = await back_up(database, tmp_path)
    await database.dispose()
    monkeypatch.setattr(Path, "hardlink_to", refuse)
    done = await restore(make_premises(tmp_path, database.url), file, replace=True)
    assert done.former is not None
    assert await anyio.Path(done.former).exists()


async def test_the_first_worker_after_a_restoring_knows_that_it_is_a_copy(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 2)
    async with database.write() as connection:
        await connection.execute(update(tables.runs).values(paused=None))
    file = await back_up(database, tmp_path)
    await database.dispose()
    done = await restore(make_premises(tmp_path, database.url), file, replace=True)
    assert done.held == 1
    async with database.read() as connection:
        assert await instance.restored(connection) == MOMENT
        assert (
            await connection.scalar(select(tables.runs.c.pause_reason).where(tables.runs.c.id == run.id)) == "restored"
        )
