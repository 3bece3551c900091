"""Copy everything into another database, from SQLite to PostgreSQL or back, and compare every table."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.access import Actor
from distributor.errors import Conflict
from distributor.model.audit import AuditAct, Touched
from distributor.store import migrate, portable
from distributor.store.portable import TableShape
from distributor.usecases.audit import record_act
from distributor.usecases.load_rows import load_rows, make_schema, require_same
from distributor.usecases.premises import Premises
from distributor.usecases.require_still import require_no_worker

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """A table that is the same in both databases.

    Args:
        name: its name.
        rows: how many rows it has.
        digest: sum of the SHA-256 of all its rows, in hex.
    """

    name: str
    rows: int
    digest: str


async def copy_database(
    premises: Premises, actor: Actor, url: str, progress: Progress = lambda _done, _total: None
) -> tuple[CopiedTable, ...]:
    """Copy all rows in one transaction of the other database; on any refusal it is as empty as before.

    Nobody can write to this database meanwhile, and it is left as it is.

    Args:
        premises: the installation.
        actor: who takes the responsibility.
        url: address of the other database, which must be empty.
        progress: is told how many tables of how many are copied.

    Raises:
        Conflict: `copy-not-empty`, `database-in-use`, or `rows-differ`.
        Refused: `table-foreign`, or `row-refused` when the other kind of database does not take a row.
        Misconfigured: `database-outdated`.
    """
    source, target = premises.open_database(premises.url), premises.open_database(url)
    try:
        await migrate.require_newest(source)
        async with source.write() as reading:
            await require_no_worker(source, reading)
            async with target.fill() as writing:
                return await _copy((premises, actor), reading, writing, progress)
    finally:
        await source.dispose()
        await target.dispose()


async def _copy(
    who: tuple[Premises, Actor], reading: AsyncConnection, writing: AsyncConnection, progress: Progress
) -> tuple[CopiedTable, ...]:
    if await portable.has_tables(writing):
        raise Conflict("copy-not-empty", url=writing.engine.url.render_as_string(hide_password=True))
    await make_schema(writing, migrate.newest_revision())
    shapes = await portable.shapes(reading)
    portable.require_ours(shapes)

    def lines_of(shape: TableShape) -> AsyncIterator[list[bytes]]:
        return portable.read(reading, shape)

    copied = await load_rows(writing, shapes, lines_of, progress)
    await require_same(writing, shapes, copied)
    premises, actor = who
    details = {"rows": sum(rows for rows, _ in copied.values())}
    await record_act(writing, premises, actor, AuditAct.COPY_DATABASE, Touched("database", "copy"), details)
    return tuple(CopiedTable(name, rows, f"{digest:064x}") for name, (rows, digest) in copied.items())
