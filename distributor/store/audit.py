"""The audit log: entries are added at its end, in one order for everybody, and never changed."""

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.audit import AuditEntry, Touched
from distributor.store.tables import audit, audit_head

_ONLY = 1
_CHUNK = 1000


async def take_end(connection: AsyncConnection) -> tuple[int, str]:
    """Give position and hash of the last entry, and keep all others from adding one until this transaction ends.

    Args:
        connection: an open writing transaction; this comes last in it, so that nobody waits for long.
    """
    # a change of the row, since SQLite has no FOR UPDATE and PostgreSQL lets one change at a time wait for the other
    taken = (
        update(audit_head)
        .where(audit_head.c.id == _ONLY)
        .values(position=audit_head.c.position)
        .returning(audit_head.c.position, audit_head.c.hash)
    )
    position, last_hash = (await connection.execute(taken)).one()
    return int(position), str(last_hash)


async def append(connection: AsyncConnection, entry: AuditEntry) -> None:
    """Add an entry at the end that `take_end` gave.

    Args:
        connection: the same transaction.
        entry: a sealed entry.
    """
    await connection.execute(insert(audit).values(_row(entry)))
    moved = update(audit_head).where(audit_head.c.id == _ONLY)
    await connection.execute(moved.values(position=entry.position, hash=entry.hash))


async def end(connection: AsyncConnection) -> tuple[int, str]:
    """Give position and hash of the last entry as they are written down beside the log."""
    query = select(audit_head.c.position, audit_head.c.hash).where(audit_head.c.id == _ONLY)
    position, last_hash = (await connection.execute(query)).one()
    return int(position), str(last_hash)


async def walk(connection: AsyncConnection, after: int = 0) -> AsyncIterator[tuple[AuditEntry, ...]]:
    """Give the log from its begin, some entries at a time, so that it never stands in memory as a whole.

    Args:
        connection: an open transaction.
        after: position to begin behind.
    """
    while True:
        query = select(audit).where(audit.c.position > after).order_by(audit.c.position).limit(_CHUNK)
        entries = await _entries(connection, query)
        if not entries:
            return
        yield entries
        after = entries[-1].position


async def page(connection: AsyncConnection, limit: int, offset: int) -> tuple[AuditEntry, ...]:
    """Give a page of the log, the newest entry first.

    Args:
        connection: an open transaction.
        limit: entries on a page.
        offset: entries before it.
    """
    return await _entries(connection, select(audit).order_by(audit.c.position.desc()).limit(limit).offset(offset))


async def count(connection: AsyncConnection) -> int:
    """Give the number of entries."""
    return int(await connection.scalar(select(func.count()).select_from(audit)) or 0)


async def trail(connection: AsyncConnection, kind: str, object_id: str) -> tuple[AuditEntry, ...]:
    """Give what was done with one object, oldest first.

    Args:
        connection: an open transaction.
        kind: kind of object.
        object_id: its id.
    """
    query = select(audit).where(audit.c.object_kind == kind, audit.c.object_id == object_id)
    return await _entries(connection, query.order_by(audit.c.position))


async def _entries(connection: AsyncConnection, query: Any) -> tuple[AuditEntry, ...]:  # noqa: ANN401  SQLAlchemy's Select of many columns has no short name
    return tuple(_entry(row) for row in (await connection.execute(query)).mappings())


def _row(entry: AuditEntry) -> dict[str, object]:
    return {
        "position": entry.position,
        "at": entry.at,
        "actor": entry.actor,
        "origin": entry.origin,
        "act": entry.act,
        "object_kind": entry.touched.kind,
        "object_id": entry.touched.id,
        "before": entry.touched.before,
        "after": entry.touched.after,
        "details": entry.details,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def _entry(row: RowMapping) -> AuditEntry:
    return AuditEntry(
        position=row["position"],
        at=row["at"],
        actor=row["actor"],
        origin=row["origin"],
        act=row["act"],
        touched=Touched(row["object_kind"], row["object_id"], row["before"], row["after"]),
        previous=row["previous"],
        hash=row["hash"],
        details=row["details"],
    )
