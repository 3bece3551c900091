"""From one kind of database to the other, every table compared."""

from pathlib import Path

import pytest
from sqlalchemy import update

from distributor.access import Actor
from distributor.errors import Conflict, Misconfigured
from distributor.model.search import Sought
from distributor.store import instance, migrate, portable, search, tables
from distributor.store.engine import Database
from distributor.store.instance import Instance
from distributor.usecases.copy_database import copy_database
from distributor.usecases.load_rows import require_same
from distributor.usecases.require_still import require_no_worker
from tests.support.databases import sqlite_url
from tests.support.filled import all_rows, fill_every_table, make_premises
from tests.support.worlds import make_world, publish_seed

# most of them make a whole schema
pytestmark = [pytest.mark.anyio, pytest.mark.slow]

WANG = Actor("wang")
WRITTEN = {"audit", "audit_head"}


async def test_every_table_arrives_as_it_was(database: Database, empty_database: Database, tmp_path: Path) -> None:
    await fill_every_table(database)
    before = await all_rows(database)
    copied = await copy_database(make_premises(tmp_path, database.url), WANG, empty_database.url)
    assert {one.name: (one.rows, one.digest) for one in copied} == before
    after = await all_rows(empty_database)
    assert {name: rows for name, rows in after.items() if name not in WRITTEN} == {
        name: rows for name, rows in before.items() if name not in WRITTEN
    }
    assert await all_rows(database) == before, "the source is left as it is"
    await migrate.require_newest(empty_database)


async def test_what_was_found_before_is_found_after(
    database: Database, empty_database: Database, tmp_path: Path
) -> None:
    await publish_seed(await make_world(database, tmp_path))
    await copy_database(make_premises(tmp_path, database.url), WANG, empty_database.url)
    wanted = Sought(phrases=(("京", "津", "冀"),))
    async with database.read() as old, empty_database.read() as new:
        found = await search.find(old, wanted, 10)
        assert found
        assert await search.find(new, wanted, 10) == found


async def test_a_database_that_is_not_empty_is_left_alone(database: Database, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Database(sqlite_url(tmp_path / "other"))
    before = await all_rows(other)
    with pytest.raises(Conflict, match="copy-not-empty"):
        await copy_database(make_premises(tmp_path, database.url), WANG, other.url)
    assert await all_rows(other) == before
    await other.dispose()


async def test_nothing_is_copied_while_a_worker_sends(
    database: Database, empty_database: Database, tmp_path: Path
) -> None:
    async with database.write() as connection:
        await require_no_worker(database, connection)
        await instance.save(connection, Instance("here", 1, await database.now(connection)))
    with pytest.raises(Conflict, match="database-in-use") as caught:
        await copy_database(make_premises(tmp_path, database.url), WANG, empty_database.url)
    assert 100 < int(str(caught.value.parameters["seconds"])) <= 121
    assert await migrate.is_empty(empty_database)


async def test_an_outdated_database_is_not_copied(database: Database, empty_database: Database, tmp_path: Path) -> None:
    async with database.write() as connection:
        await connection.execute(update(tables.instance).values(beats=1))
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0008'")
    with pytest.raises(Misconfigured, match="database-outdated"):
        await copy_database(make_premises(tmp_path, database.url), WANG, empty_database.url)


async def test_a_table_that_differs_is_named(database: Database) -> None:
    await fill_every_table(database)
    async with database.read() as connection:
        shapes = [shape for shape in await portable.shapes(connection) if shape.name == "runs"]
        with pytest.raises(Conflict, match=r"rows-differ.*runs"):
            await require_same(connection, shapes, {"runs": (3, 0)})
