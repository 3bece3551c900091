"""Rows in a form that no database owns."""

from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, inspect, select
from sqlalchemy.dialects import postgresql, sqlite

from distributor.store import blobs, portable
from distributor.store.engine import Database
from distributor.store.portable import ColumnShape, Kind, TableShape
from distributor.store.portable.rows import table_of
from distributor.store.tables import metadata, run_events
from tests.support.databases import postgres_url, sqlite_url
from tests.support.filled import MOMENT, all_rows, fill_every_table

pytestmark = pytest.mark.anyio

_AGE = timedelta(days=20_000)
_VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: st.text(st.characters(exclude_categories=["Cs"])),
    Kind.INTEGER: st.integers(-(2**63), 2**63 - 1),
    Kind.FLOAT: st.floats(allow_nan=False, allow_infinity=False),
    Kind.BOOLEAN: st.booleans(),
    Kind.MOMENT: st.builds(
        lambda span, zone: (MOMENT + span).astimezone(zone), st.timedeltas(-_AGE, _AGE), st.timezones()
    ),
    Kind.JSON: st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists),
    Kind.BYTES: st.binary(),
}
EVERY_KIND = TableShape("any", tuple(ColumnShape(kind.value, kind) for kind in Kind))


@given(st.lists(st.tuples(*(st.none() | _VALUES[kind] for kind in Kind)), max_size=4))
def test_a_row_that_was_written_as_a_line_is_read_as_the_same_row(rows: list[tuple[object, ...]]) -> None:
    lines = portable.encode(EVERY_KIND, rows)
    assert all(b"\n" not in line for line in lines)
    assert [tuple(row.values()) for row in portable.decode(EVERY_KIND, lines)] == rows


@given(st.lists(st.binary(), max_size=5), st.randoms())
def test_the_order_of_rows_makes_no_difference_to_the_digest_and_a_row_twice_does(
    lines: list[bytes], luck: Random
) -> None:
    shuffled = luck.sample(lines, len(lines))
    assert portable.digest_of_lines(lines) == portable.digest_of_lines(shuffled)
    assert portable.digest_of_lines([*lines, b"x"]) != portable.digest_of_lines([*lines, b"x", b"x"])


@pytest.mark.parametrize("line", [b"[]", b"[1,2,3,4,5,6,7,8]", b"{", b'["",1,1.0,true,"yesterday",null,""]'])
def test_a_line_that_is_no_row_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the callers turn it into an error of ours
        portable.decode(EVERY_KIND, [line])


async def test_no_table_of_a_database_is_forgotten(database: Database) -> None:
    async with database.read() as connection:
        found = {shape.name for shape in await portable.shapes(connection)}
        there = set(await connection.run_sync(lambda reading: inspect(reading).get_table_names()))
        assert await portable.has_tables(connection)
    # SQLite keeps the index of the search in tables of its own
    there = {name for name in there if not name.startswith("search_index_")} - {"alembic_version"}
    assert found == there
    assert found == {*metadata.tables, "search_index"}


@pytest.mark.postgres
async def test_both_databases_say_the_same_about_every_table(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    said = []
    for url in (sqlite_url(tmp_path), postgres_url(request)):
        opened = Database(url)
        async with opened.read() as connection:
            said.append({shape.name: set(shape.columns) for shape in await portable.shapes(connection)})
        await opened.dispose()
    assert said[0] == said[1]


async def test_every_row_comes_after_those_that_it_refers_to(database: Database) -> None:
    async with database.read() as connection:
        names = [shape.name for shape in await portable.shapes(connection)]
    for table in metadata.sorted_tables:
        for key in table.foreign_keys:
            assert names.index(key.column.table.name) <= names.index(table.name)


async def test_long_rows_are_read_a_few_at_a_time(database: Database) -> None:
    async with database.write() as connection:
        for number in range(20):
            await blobs.put(connection, bytes([number]) * 900_000)
    shape = TableShape("blobs", (ColumnShape("sha256", Kind.TEXT), ColumnShape("data", Kind.BYTES)))
    async with database.read() as connection:
        groups = [len(lines) async for lines in portable.read(connection, shape)]
    assert sum(groups) == 20
    assert max(groups[1:]) <= 2


async def test_numbers_that_the_database_gives_go_on_after_those_that_were_written(database: Database) -> None:
    await fill_every_table(database)
    async with database.write() as connection:
        run_id = await connection.scalar(select(run_events.c.run_id))
        values = {"run_id": run_id, "at": datetime.fromisoformat("2026-03-31T09:00:00+08:00"), "number": 0}
        fresh = insert(run_events).values(**values, actor="li", act="pause", detail="").returning(run_events.c.id)
        assert await connection.scalar(fresh) == 4


async def test_a_new_schema_is_emptied_of_what_it_was_born_with(database: Database) -> None:
    assert any(rows for rows, _ in (await all_rows(database)).values())
    async with database.write() as connection:
        await portable.clear(connection, await portable.shapes(connection))
    assert not any(rows for rows, _ in (await all_rows(database)).values())


def test_every_kind_has_a_type_on_both_databases() -> None:
    for dialect in (sqlite.dialect(), postgresql.dialect()):
        assert all(column.type.compile(dialect) for column in table_of(EVERY_KIND).columns)
