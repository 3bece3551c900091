"""Documents as they are served: feeds and OPML, stored bytes with ETag and Last-Modified."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.document import Document
from distributor.store import blobs as blob_store
from distributor.store.tables import blobs, documents


async def save(connection: AsyncConnection, new: Sequence[Document]) -> None:
    """Put documents in the place of those with the same path.

    Args:
        connection: an open writing transaction.
        new: the documents.
    """
    for document in new:
        key = await blob_store.put(connection, document.body)
        await connection.execute(delete(documents).where(documents.c.path == document.path))
        await connection.execute(
            insert(documents).values(
                path=document.path,
                media_type=document.media_type,
                sha256=key,
                etag=document.etag,
                last_modified=document.last_modified,
            ),
        )


async def get(connection: AsyncConnection, path: str) -> Document | None:
    """Give the document of a path, or None.

    Args:
        connection: an open transaction.
        path: for example `feeds/all.rss.xml`.
    """
    query = (
        select(documents, blobs.c.data)
        .join(blobs, blobs.c.sha256 == documents.c.sha256)
        .where(documents.c.path == path)
    )
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        return None
    return Document(row["path"], row["media_type"], row["data"], row["etag"], row["last_modified"])


async def paths(connection: AsyncConnection) -> tuple[str, ...]:
    """Give the paths of all documents, sorted."""
    return tuple((await connection.execute(select(documents.c.path).order_by(documents.c.path))).scalars())
