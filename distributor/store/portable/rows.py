"""Read all rows of a table and write rows into one, a few at a time: memory does not grow with the table."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from distributor.store import search
from distributor.store.portable.lines import encode
from distributor.store.portable.shape import Kind, TableShape
from distributor.store.types import Moment

_TYPES: Final[Mapping[Kind, TypeEngine[Any]]] = {
    Kind.TEXT: String(),
    Kind.INTEGER: BigInteger(),
    Kind.FLOAT: Float(),
    Kind.BOOLEAN: Boolean(),
    Kind.MOMENT: Moment(),
    Kind.JSON: JSON(none_as_null=True),
    Kind.BYTES: LargeBinary(),
}
_FIRST, _MOST = 8, 2000
# of lines that are read at once; one row may be longer
_WANTED: Final = 2 * 1024 * 1024


async def read(connection: AsyncConnection, shape: TableShape) -> AsyncIterator[list[bytes]]:
    """Give all rows of a table as lines, some at a time, more of short rows than of long ones.

    Args:
        connection: an open transaction.
        shape: the table.
    """
    query = search.words_query(connection) if shape.is_index else select(table_of(shape))
    # rows are fetched as they are asked for, none ahead
    streaming = {"stream_results": True, "max_row_buffer": 1}
    async with connection.stream(query, execution_options=streaming) as result:
        number = _FIRST
        while rows := await result.fetchmany(number):
            lines = encode(shape, rows)
            yield lines
            size = sum(map(len, lines)) + 1
            number = max(1, min(_MOST, number * 4, number * _WANTED // size))


async def put(connection: AsyncConnection, shape: TableShape, rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows.

    Args:
        connection: an open writing transaction.
        shape: their table, empty before.
        rows: cells by name of column.
    """
    if shape.is_index:
        await search.put_words(connection, [(int(str(row["id"])), str(row["words"])) for row in rows])
    elif rows:
        await connection.execute(insert(table_of(shape)), rows)


async def clear(connection: AsyncConnection, tables: Collection[TableShape]) -> None:
    """Remove what a new schema was born with.

    Args:
        connection: an open writing transaction.
        tables: the tables, each after those that its rows refer to.
    """
    for shape in reversed(list(tables)):
        if not shape.is_index:
            await connection.execute(delete(table_of(shape)))


async def restart_counters(connection: AsyncConnection, tables: Collection[TableShape]) -> int:
    """Let numbers that the database gives go on after those that were written; returns how many counters there are.

    Args:
        connection: an open writing transaction.
        tables: the tables.
    """
    if connection.dialect.name == "sqlite":
        # it counts on from the highest number by itself
        return 0
    counters = 0
    for shape in tables:
        for column in shape.columns:
            if column.kind is not Kind.INTEGER:
                continue
            names = {"table": f'"{shape.name}"', "column": column.name}
            sequence = await connection.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), names)
            if sequence is None:
                continue
            highest = await connection.scalar(select(func.max(table_of(shape).c[column.name])))
            following = {"sequence": sequence, "number": int(highest or 0) + 1}
            await connection.execute(text("SELECT setval(:sequence, :number, false)"), following)
            counters += 1
    return counters


def table_of(shape: TableShape) -> Table:
    """Give the table as statements name it.

    Args:
        shape: the table.
    """
    return Table(shape.name, MetaData(), *(Column(column.name, _TYPES[column.kind]) for column in shape.columns))
