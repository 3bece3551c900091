"""Which tables a database has and what their columns hold, asked of the database itself: none can be forgotten."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import inspect, types
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from distributor.errors import Refused
from distributor.store.search import INDEX_NAME
from distributor.store.tables import metadata


class Kind(StrEnum):
    """What a column holds, on either database."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    MOMENT = "moment"
    JSON = "json"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class ColumnShape:
    """A column.

    Args:
        name: its name.
        kind: what it holds.
    """

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table.

    Args:
        name: its name.
        columns: its columns, in order.
    """

    name: str
    columns: tuple[ColumnShape, ...]

    @property
    def is_index(self) -> bool:
        """Whether it is the index of the search, which each database keeps in a way of its own."""
        return self.name == INDEX_NAME


# the words alone: what else the index keeps is made of them
_INDEX: Final = TableShape(INDEX_NAME, (ColumnShape("id", Kind.INTEGER), ColumnShape("words", Kind.TEXT)))
# the revision of the schema stands in the manifest; jobs of an engine are no truth, the ledger is
_NOT_OURS: Final = ("alembic_version", INDEX_NAME, "procrastinate_")
_KINDS: Final[tuple[tuple[type[TypeEngine[Any]], Kind], ...]] = (
    (types.Boolean, Kind.BOOLEAN),
    (types.Integer, Kind.INTEGER),
    (types.Float, Kind.FLOAT),
    (types.DateTime, Kind.MOMENT),
    (types.JSON, Kind.JSON),
    (types.LargeBinary, Kind.BYTES),
    (types.String, Kind.TEXT),
)


async def shapes(connection: AsyncConnection) -> tuple[TableShape, ...]:
    """Give all tables, each after those that its rows refer to.

    Args:
        connection: an open transaction.

    Raises:
        Refused: `table-foreign` for a table that holds what ours never hold.
    """
    return await connection.run_sync(_shapes)


async def has_tables(connection: AsyncConnection) -> bool:
    """Whether tables stand where ours belong, whoever made them.

    Args:
        connection: an open transaction.
    """
    names = await connection.run_sync(lambda reading: inspect(reading).get_table_names())
    return not metadata.tables.keys().isdisjoint(names)


def require_ours(found: Iterable[TableShape]) -> None:
    """Refuse a database in which somebody else keeps tables among ours: who restores it would not know them.

    Args:
        found: the tables of a database of the newest schema.

    Raises:
        Refused: `table-foreign`.
    """
    for shape in found:
        if shape.name not in metadata.tables and not shape.is_index:
            raise Refused("table-foreign", table=shape.name)


def _shapes(connection: Connection) -> tuple[TableShape, ...]:
    inspector = inspect(connection)
    ordered = [name for name, _ in inspector.get_sorted_table_and_fkc_names() if name is not None]
    found = [
        TableShape(
            name,
            tuple(ColumnShape(column["name"], _kind(name, column["type"])) for column in inspector.get_columns(name)),
        )
        for name in ordered
        if not name.startswith(_NOT_OURS)
    ]
    # last, since its rows refer to those of search_entries
    return (*found, _INDEX) if INDEX_NAME in ordered else tuple(found)


def _kind(table: str, found: TypeEngine[Any]) -> Kind:
    for known, kind in _KINDS:
        if isinstance(found, known):
            return kind
    raise Refused("table-foreign", table=table)
