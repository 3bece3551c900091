"""Corrected files that were received: at most one of a bulletin waits to be signed off and published."""

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.record import BulletinRecord
from distributor.model.revision import ReceivedCorrection
from distributor.store.tables import corrections
from distributor.store.values import restore

_WAITS = corrections.c.published.is_(None) & corrections.c.discarded.is_(None)


async def add(connection: AsyncConnection, received: ReceivedCorrection) -> None:
    """Keep a corrected file; one that still waited for the same bulletin is discarded.

    Args:
        connection: an open writing transaction; the file's bytes are kept already.
        received: what was received.
    """
    await discard(connection, received.bulletin_id, received.received)
    await connection.execute(
        insert(corrections).values(
            id=received.id,
            bulletin_id=received.bulletin_id,
            record=received.record,
            original_sha256=received.record.original.sha256,
            note=received.note,
            received=received.received,
            received_by=received.received_by,
        ),
    )


async def waiting(connection: AsyncConnection, bulletin_id: str) -> ReceivedCorrection | None:
    """Give the corrected file that waits to be published, or None.

    Args:
        connection: an open transaction.
        bulletin_id: the bulletin.
    """
    query = select(corrections).where(corrections.c.bulletin_id == bulletin_id, _WAITS)
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        return None
    return ReceivedCorrection(
        id=row["id"],
        bulletin_id=row["bulletin_id"],
        record=restore(BulletinRecord, row["record"]),
        note=row["note"],
        received=row["received"],
        received_by=row["received_by"],
    )


async def discard(connection: AsyncConnection, bulletin_id: str, moment: datetime) -> bool:
    """Give up the corrected file that waits; returns False when none does.

    Args:
        connection: an open writing transaction.
        bulletin_id: the bulletin.
        moment: when.
    """
    change = update(corrections).where(corrections.c.bulletin_id == bulletin_id, _WAITS).values(discarded=moment)
    return (await connection.execute(change)).rowcount > 0


async def set_published(connection: AsyncConnection, correction_id: str, moment: datetime) -> None:
    """Say that readers have what the file says.

    Args:
        connection: an open writing transaction.
        correction_id: the corrected file.
        moment: when.
    """
    await connection.execute(update(corrections).where(corrections.c.id == correction_id).values(published=moment))
