"""The migrations and the tables say the same on both databases."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.errors import Misconfigured
from distributor.model.ledger import Mark
from distributor.model.revision import Withdrawal
from distributor.model.run import DeliveryState
from distributor.store import blobs, bulletins, marks, migrate, withdrawals
from distributor.store import deliveries as ledger
from distributor.store.engine import Database
from distributor.store.tables import bulletins as bulletins_table
from distributor.store.tables import deliveries, items, metadata
from tests.support.ledger import make_run, rows_of
from tests.support.records import PUBLISHED, make_item, record_of

pytestmark = pytest.mark.anyio


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    # a virtual table with its shadows on SQLite, a table with a column of its own type on PostgreSQL
    return kind != "table" or not str(name).startswith("search_index")


def _differences(connection: Connection) -> list[object]:
    return compare_metadata(MigrationContext.configure(connection, opts={"include_name": _is_ours}), metadata)


async def test_the_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    async with database.read() as connection:
        assert await connection.run_sync(_differences) == []


async def test_upgrading_twice_changes_nothing(database: Database) -> None:
    await migrate.upgrade(database)
    await migrate.require_newest(database)
    assert not await migrate.is_empty(database)


async def test_a_schema_of_another_version_is_refused(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(Misconfigured, match="database-outdated"):
        await migrate.require_newest(database)


async def test_a_new_database_is_empty(tmp_path_factory: pytest.TempPathFactory) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('new') / 'new.sqlite3'}")
    assert await migrate.is_empty(database)
    await database.dispose()


async def test_sqlite_keeps_every_commit_in_a_power_cut(tmp_path_factory: pytest.TempPathFactory) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('new') / 'new.sqlite3'}")
    async with database.read() as connection:
        assert await connection.scalar(text("PRAGMA journal_mode")) == "wal"
        full = 2
        assert await connection.scalar(text("PRAGMA synchronous")) == full
    await database.dispose()


async def test_the_clock_of_the_database_is_given_in_utc(database: Database) -> None:
    async with database.read() as connection:
        moment = await database.now(connection)
    assert moment.utcoffset() is not None
    assert moment.utcoffset().total_seconds() == 0


async def test_items_that_a_correction_left_out_are_told_from_those_that_were_withdrawn(
    empty_database: Database,
) -> None:
    record = record_of(make_item("甲"), make_item("乙"), make_item("丙"), make_item("丁"))
    standing, undone, left_out = (item.key for item in record.items[1:])
    async with empty_database.write() as connection:
        await migrate.upgrade_within(connection, "0012")
        await blobs.put(connection, record.id.encode())
        await connection.execute(insert(bulletins_table).values(bulletins._bulletin_row(record)))
        for item in record.items:
            row = {**bulletins._item_row(record.id, item), "withdrawn": PUBLISHED if item.position else None}
            del row["dropped"]
            await connection.execute(insert(items).values(row))
        for key in (standing, undone):
            await withdrawals.add(connection, Withdrawal(f"w{key}", record.id, key, PUBLISHED, "签发人", "有误"))
        await withdrawals.undo(connection, f"w{undone}", "签发人", PUBLISHED)
        await migrate.upgrade_within(connection)
        found = {row.key: row.dropped for row in await connection.execute(select(items.c.key, items.c.dropped))}
    assert found == {record.items[0].key: False, standing: False, undone: True, left_out: True}


async def test_deliveries_and_what_points_to_them_survive_the_change_of_their_keys(empty_database: Database) -> None:
    async with empty_database.write() as connection:
        await migrate.upgrade_within(connection, "0014")
    run = await make_run(empty_database, 30)
    before = await rows_of(empty_database, run)
    first = before[0].delivery
    async with empty_database.write() as connection:
        await marks.add_events(connection, [Mark(first, DeliveryState.SENT, "w1")], PUBLISHED)
    await migrate.upgrade(empty_database)
    assert await rows_of(empty_database, run) == before
    async with empty_database.read() as connection:
        assert [event.worker for event in await ledger.events(connection, first.id)] == ["w1"]
    # nothing may point to a delivery that is not there, and no two that are alive have one key
    gone = Mark(replace(first, id="unknown"), DeliveryState.SENT, "w1")
    with pytest.raises(IntegrityError):
        await _written(empty_database, lambda connection: marks.add_events(connection, [gone], PUBLISHED))
    twin = {"id": "twin", "run_id": run.id, "message_id": "<twin@xiefa.example>", "address": "another@kjt-gd.example"}
    query = select(deliveries).where(deliveries.c.id == first.id)
    async with empty_database.read() as connection:
        row = dict((await connection.execute(query)).mappings().one())
    alive = insert(deliveries).values({**row, **twin})
    with pytest.raises(IntegrityError):
        await _written(empty_database, lambda connection: connection.execute(alive))
    await _written(empty_database, lambda connection: connection.execute(alive.values(state=DeliveryState.CANCELLED)))


async def _written(database: Database, write: Callable[[AsyncConnection], Awaitable[object]]) -> None:
    async with database.write() as connection:
        await write(connection)
