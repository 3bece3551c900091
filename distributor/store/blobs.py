"""Content-addressed bytes: originals, rendered variants, feed documents."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.errors import NotFound
from distributor.model.canonical import digest_bytes
from distributor.store.tables import blobs


async def put(connection: AsyncConnection, data: bytes) -> str:
    """Keep bytes once, however often they are put; returns their SHA-256 in hex.

    Args:
        connection: an open writing transaction.
        data: the bytes.
    """
    key = digest_bytes(data)
    insert = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    row = {"sha256": key, "size": len(data), "data": data}
    await connection.execute(insert(blobs).values(row).on_conflict_do_nothing(index_elements=["sha256"]))
    return key


async def get(connection: AsyncConnection, key: str) -> bytes:
    """Give the bytes of a digest.

    Args:
        connection: an open transaction.
        key: SHA-256 in hex.

    Raises:
        NotFound: `blob-unknown` when they were never put.
    """
    data: bytes | None = await connection.scalar(select(blobs.c.data).where(blobs.c.sha256 == key))
    if data is None:
        raise NotFound("blob-unknown", key=key)
    return data
