"""Fill a new schema with rows, and read back whether they are the same rows."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.errors import Conflict, Refused
from distributor.store import migrate, portable
from distributor.store.portable import TableShape

Lines = Callable[[TableShape], AsyncIterator[list[bytes]]]
_AT_ONCE: Final = 4 * 1024 * 1024


async def make_schema(connection: AsyncConnection, revision: str) -> dict[str, TableShape]:
    """Make an empty schema of a revision; gives its tables by name, each after those that its rows refer to.

    Args:
        connection: an open writing transaction on an empty database.
        revision: of the schema.
    """
    await migrate.upgrade_within(connection, revision)
    shapes = await portable.shapes(connection)
    await portable.clear(connection, shapes)
    return {shape.name: shape for shape in shapes}


async def load_rows(
    connection: AsyncConnection, shapes: Sequence[TableShape], lines_of: Lines, progress: Callable[[int, int], None]
) -> dict[str, tuple[int, int]]:
    """Write the rows of all tables; gives number and digest of what was written by table.

    Args:
        connection: an open writing transaction.
        shapes: the tables, each after those that its rows refer to.
        lines_of: gives the rows of a table as lines.
        progress: is told how many tables of how many are filled.

    Raises:
        Refused: `row-refused` when this kind of database does not take a row.
    """
    written = {}
    for number, shape in enumerate(shapes):
        progress(number, len(shapes))
        rows = digest = 0
        async for lines in lines_of(shape):
            digest = portable.digest_of_lines(lines, digest)
            rows += len(lines)
            await _put(connection, shape, lines)
        written[shape.name] = (rows, digest)
    await portable.restart_counters(connection, shapes)
    progress(len(shapes), len(shapes))
    return written


async def _put(connection: AsyncConnection, shape: TableShape, lines: Sequence[bytes]) -> None:
    try:
        for group in _groups(lines):
            await portable.put(connection, shape, portable.decode(shape, group))
    except (DataError, IntegrityError) as error:
        raise Refused("row-refused", table=shape.name, problem=" ".join(str(error.orig).split())) from error
    except ValueError as error:
        raise Refused("row-refused", table=shape.name, problem=str(error)) from error


def _groups(lines: Sequence[bytes]) -> list[list[bytes]]:
    """Part lines so that no group is much longer than a statement should be."""
    groups: list[list[bytes]] = [[]]
    size = 0
    for line in lines:
        if size > _AT_ONCE:
            groups.append([])
            size = 0
        groups[-1].append(line)
        size += len(line)
    return groups


async def require_same(
    connection: AsyncConnection, shapes: Sequence[TableShape], wanted: dict[str, tuple[int, int]]
) -> int:
    """Read all rows back and compare number and digest of each table; gives the number of rows.

    Args:
        connection: the open transaction in which they were written.
        shapes: the tables.
        wanted: number and digest of the rows by table.

    Raises:
        Conflict: `rows-differ`.
    """
    total = 0
    for shape in shapes:
        rows = digest = 0
        async for lines in portable.read(connection, shape):
            digest = portable.digest_of_lines(lines, digest)
            rows += len(lines)
        if (rows, digest) != wanted[shape.name]:
            raise Conflict("rows-differ", table=shape.name, found=rows, wanted=wanted[shape.name][0])
        total += rows
    return total
