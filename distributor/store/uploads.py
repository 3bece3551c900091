"""Files of recipients between their preview and the word to go on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.errors import NotFound
from distributor.store.tables import uploads


@dataclass(frozen=True, slots=True)
class KeptUpload:
    """A file that waits for a word.

    Args:
        id: its id.
        actor: who brought it.
        name: its name.
        kept: since when.
        options: how it is to be taken, plain values.
        data: its bytes.
    """

    id: str
    actor: str
    name: str
    kept: datetime
    options: Mapping[str, Any]
    data: bytes


async def add(connection: AsyncConnection, upload: KeptUpload) -> None:
    """Keep a file.

    Args:
        connection: an open writing transaction.
        upload: the file.
    """
    fields = {name: getattr(upload, name) for name in KeptUpload.__dataclass_fields__}
    await connection.execute(insert(uploads).values(fields))


async def get(connection: AsyncConnection, upload_id: str, actor: str) -> KeptUpload:
    """Give a file to the one who brought it.

    Raises:
        NotFound: `upload-unknown`.
    """
    query = select(uploads).where(uploads.c.id == upload_id, uploads.c.actor == actor)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise NotFound("upload-unknown", id=upload_id)
    return KeptUpload(**row)


async def set_options(connection: AsyncConnection, upload_id: str, options: Mapping[str, Any]) -> None:
    """Say how a file is to be taken.

    Args:
        connection: an open writing transaction.
        upload_id: the file.
        options: plain values.
    """
    await connection.execute(update(uploads).where(uploads.c.id == upload_id).values(options=dict(options)))


async def remove(connection: AsyncConnection, upload_id: str) -> None:
    """Forget a file."""
    await connection.execute(delete(uploads).where(uploads.c.id == upload_id))


async def remove_before(connection: AsyncConnection, moment: datetime) -> None:
    """Forget the files that nobody has said anything about since a moment."""
    await connection.execute(delete(uploads).where(uploads.c.kept < moment))
