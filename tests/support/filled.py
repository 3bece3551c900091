"""Databases with rows in every table, made from the tables themselves, and installations around them."""

import io
import tarfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Table, delete, func, insert, select, update
from sqlalchemy.types import JSON, Boolean, Float, Integer, LargeBinary, TypeEngine

from distributor.clock import FixedClock
from distributor.settings import asset_folder
from distributor.store import portable, search
from distributor.store.engine import Database
from distributor.store.tables import audit_head, metadata
from distributor.store.types import Moment, PlainJson
from distributor.usecases.premises import Premises

MOMENT = datetime(2026, 3, 31, 1, 2, 3, 456789, tzinfo=UTC)
# what a careless way of writing rows would lose
_TEXTS = ("简报", 'a "b" \\ c', "line\nfeed\r\n\ttab", "\u2028\u2029", "😀", "-- ' %s :x")
Rows = dict[str, tuple[int, str]]


def make_premises(folder: Path, url: str, *, moment: datetime = MOMENT) -> Premises:
    """The places of an installation below a folder, with the shipped settings and a key."""
    config, secrets = folder / "config", folder / "secrets"
    config.mkdir(parents=True, exist_ok=True)
    for file in asset_folder("config").glob("*.toml"):
        (config / file.name).write_bytes(file.read_bytes())
    (secrets / "dkim").mkdir(parents=True, exist_ok=True)
    (secrets / "tokens.key").write_text("a key of the tests\n")
    (secrets / "dkim" / "2026a.pem").write_text("a key that signs\n")
    return Premises(url, Database, config, secrets, folder / "data", "联盟协发网简报", FixedClock(moment))


async def fill_every_table(database: Database, number: int = 3) -> None:
    """Put rows into every table of the schema, with blobs, moments, JSON and letters that are easily lost."""
    made: dict[str, list[Mapping[str, Any]]] = {}
    async with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            await connection.execute(delete(table))
        for table in metadata.sorted_tables:
            made[table.name] = [_row(table, place, made) for place in range(number)]
            await connection.execute(insert(table), made[table.name])
        # entries of the log are added behind those that are there
        await connection.execute(update(audit_head).values(position=number))
        words = [(int(row["id"]), f"简 报 {_text(row['id'])}") for row in made["search_entries"]]
        await search.put_words(connection, words)
        await portable.restart_counters(connection, await portable.shapes(connection))


async def all_rows(database: Database) -> Rows:
    """Number and digest of the rows of every table, by name."""
    found = {}
    async with database.read() as connection:
        for shape in await portable.shapes(connection):
            rows = digest = 0
            async for lines in portable.read(connection, shape):
                rows += len(lines)
                digest = portable.digest_of_lines(lines, digest)
            found[shape.name] = (rows, f"{digest:064x}")
    return found


async def rows_at(url: str) -> Rows:
    """As `all_rows`, of a database at an address."""
    database = Database(url)
    try:
        return await all_rows(database)
    finally:
        await database.dispose()


async def count_in(database: Database, table: Table) -> int:
    """How many rows a table has."""
    async with database.read() as connection:
        return int(await connection.scalar(select(func.count()).select_from(table)) or 0)


def with_member(file: Path, name: str, change: bytes | None) -> Path:
    """A copy of a backup in which one member is different, or lacking."""
    copy = file.with_name(f"changed-{file.name}")
    with tarfile.open(file) as read, tarfile.open(copy, "w") as written:
        for member in read.getmembers():
            data = read.extractfile(member)
            assert data is not None
            body = data.read()
            if member.name == name:
                if change is None:
                    continue
                body, member.size = change, len(change)
            written.addfile(member, io.BytesIO(body))
    return copy


def _row(table: Table, place: int, made: Mapping[str, list[Mapping[str, Any]]]) -> dict[str, Any]:
    return {column.name: _cell(column, place, made) for column in table.columns}


def _cell(column: Column[Any], place: int, made: Mapping[str, list[Mapping[str, Any]]]) -> object:
    for key in column.foreign_keys:
        parent = key.column
        # a parent of its own for each row: some of these columns are unique
        return made[parent.table.name][place][parent.name]
    if column.nullable and place == 0:
        return None
    return _value(column.type, place + 1, getattr(column.type, "length", None))


def _value(kind: TypeEngine[Any], number: int, length: int | None) -> object:
    makers: tuple[tuple[type[Any] | tuple[type[Any], ...], object], ...] = (
        (Moment, MOMENT + timedelta(microseconds=number)),
        ((PlainJson, JSON), {"键": [number, 1.5, None, True, _text(number)], "a": {}}),
        (LargeBinary, bytes(range(256)) * number),
        (Boolean, number % 2 == 0),
        (Float, number / 3),
        (Integer, number),
    )
    text = f"{number}{_text(number)}"[:length]
    return next((made for wanted, made in makers if isinstance(kind, wanted)), text)


def _text(number: int) -> str:
    return "".join(_TEXTS[(number + place) % len(_TEXTS)] for place in range(len(_TEXTS)))
