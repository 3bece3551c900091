"""Documents as they are served: feeds and OPML, stored bytes with ETag and Last-Modified."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.document import Document
from distributor.store.tables import documents, retired_documents

_CHUNK = 500
_FACTS = (documents.c.path, documents.c.media_type, documents.c.etag, documents.c.last_modified)


async def save(connection: AsyncConnection, new: Sequence[Document]) -> tuple[str, ...]:
    """Put documents in the place of those with the same path; gives the paths of those that changed.

    A document whose ETag is the stored one is left alone, and its date stays. The date of one that changed always
    moves forward, so that clients that know nothing but dates notice it too.

    Args:
        connection: an open writing transaction.
        new: the documents.
    """
    known = await _known(connection, [document.path for document in new])
    changed = [document for document in new if _differs(document, known.get(document.path))]
    for document in changed:
        await _put(connection, document, known.get(document.path))
    changed_paths = tuple(document.path for document in changed)
    await _forget_retirement(connection, changed_paths)
    return changed_paths


async def retire(connection: AsyncConnection, paths: Collection[str], moment: datetime) -> tuple[str, ...]:
    """Remove documents for good, leaving a mark that something stood there; gives the paths of those that did.

    Args:
        connection: an open writing transaction.
        paths: where nothing stands any more, whether or not something stood there.
        moment: when.
    """
    known = await _known(connection, sorted(paths))
    for chunk in _chunks(sorted(known)):
        await connection.execute(delete(documents).where(documents.c.path.in_(chunk)))
        await connection.execute(insert(retired_documents), [{"path": path, "retired": moment} for path in chunk])
    return tuple(sorted(known))


async def get(connection: AsyncConnection, path: str) -> Document | None:
    """Give the document of a path, or None.

    Args:
        connection: an open transaction.
        path: for example `feeds/all.rss.xml`.
    """
    query = select(documents).where(documents.c.path == path)
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        return None
    return Document(row["path"], row["media_type"], row["data"], row["etag"], row["last_modified"])


async def size(connection: AsyncConnection, path: str) -> int | None:
    """Give the length of a document in bytes, or None when nothing stands at the path.

    Args:
        connection: an open transaction.
        path: the path.
    """
    length: int | None = await connection.scalar(select(func.length(documents.c.data)).where(documents.c.path == path))
    return length


async def is_retired(connection: AsyncConnection, path: str) -> bool:
    """Whether a document stood at a path once and none stands there any more.

    Args:
        connection: an open transaction.
        path: the path.
    """
    query = select(exists().where(retired_documents.c.path == path))
    return bool(await connection.scalar(query))


async def paths(connection: AsyncConnection, prefix: str = "") -> tuple[str, ...]:
    """Give the paths of all documents, sorted.

    Args:
        connection: an open transaction.
        prefix: only those that begin with it.
    """
    query = select(documents.c.path).where(documents.c.path.startswith(prefix, autoescape=True))
    return tuple(sorted((await connection.execute(query)).scalars()))


async def tags(connection: AsyncConnection, prefix: str = "") -> dict[str, str]:
    """Give the ETag of every document by its path.

    Args:
        connection: an open transaction.
        prefix: only those that begin with it.
    """
    query = select(documents.c.path, documents.c.etag).where(documents.c.path.startswith(prefix, autoescape=True))
    return {row.path: row.etag for row in await connection.execute(query)}


def _differs(document: Document, known: RowMapping | None) -> bool:
    return known is None or (document.etag, document.media_type) != (known["etag"], known["media_type"])


async def _put(connection: AsyncConnection, document: Document, known: RowMapping | None) -> None:
    row = {"media_type": document.media_type, "data": document.body, "etag": document.etag}
    if known is None:
        await connection.execute(
            insert(documents).values(path=document.path, last_modified=document.last_modified, **row)
        )
        return
    moved = max(document.last_modified, known["last_modified"] + timedelta(seconds=1))
    change = update(documents).where(documents.c.path == document.path)
    await connection.execute(change.values(last_modified=moved, **row))


async def _known(connection: AsyncConnection, wanted: Sequence[str]) -> dict[str, RowMapping]:
    found: dict[str, RowMapping] = {}
    for chunk in _chunks(wanted):
        query = select(*_FACTS).where(documents.c.path.in_(chunk))
        found |= {row["path"]: row for row in (await connection.execute(query)).mappings()}
    return found


async def _forget_retirement(connection: AsyncConnection, paths_again: Sequence[str]) -> None:
    for chunk in _chunks(paths_again):
        await connection.execute(delete(retired_documents).where(retired_documents.c.path.in_(chunk)))


def _chunks(values: Sequence[str]) -> list[Sequence[str]]:
    return [values[at : at + _CHUNK] for at in range(0, len(values), _CHUNK)]
