"""The working calendar as it was applied, newest last; without any, the file of the installation counts."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.store.tables import calendar_documents


async def newest(connection: AsyncConnection) -> str | None:
    """Give the text that counts, or None.

    Args:
        connection: an open transaction.
    """
    query = select(calendar_documents.c.text).order_by(calendar_documents.c.id.desc()).limit(1)
    text: str | None = await connection.scalar(query)
    return text


async def add(connection: AsyncConnection, text: str, by: str, moment: datetime) -> None:
    """Let a text count from now on.

    Args:
        connection: an open writing transaction.
        text: as in config/calendar.toml, read without error before.
        by: who applies it.
        moment: now.
    """
    await connection.execute(insert(calendar_documents).values(text=text, applied=moment, applied_by=by))
