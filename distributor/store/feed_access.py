"""Who may read the restricted feeds; of the secret in an address only its digest is kept."""

from datetime import datetime

from sqlalchemy import exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.feed_access import FeedAccess
from distributor.store.tables import feed_access
from distributor.store.values import restore

_FIELDS = tuple(FeedAccess.__dataclass_fields__)


async def add(connection: AsyncConnection, access: FeedAccess, token_sha256: str) -> None:
    """Keep an access.

    Args:
        connection: an open writing transaction.
        access: who may read.
        token_sha256: digest of the secret.
    """
    fields = {name: getattr(access, name) for name in _FIELDS}
    await connection.execute(insert(feed_access).values(token_sha256=token_sha256, **fields))


async def find(connection: AsyncConnection, token_sha256: str) -> FeedAccess | None:
    """Give the access of a secret, also a revoked one, or None.

    Args:
        connection: an open transaction.
        token_sha256: digest of the secret.
    """
    row = (
        (await connection.execute(select(feed_access).where(feed_access.c.token_sha256 == token_sha256)))
        .mappings()
        .first()
    )
    return None if row is None else restore(FeedAccess, {name: row[name] for name in _FIELDS})


async def load(connection: AsyncConnection) -> tuple[FeedAccess, ...]:
    """Give every access, the newest first."""
    rows = (await connection.execute(select(feed_access).order_by(feed_access.c.granted.desc()))).mappings()
    return restore(tuple[FeedAccess, ...], [{name: row[name] for name in _FIELDS} for row in rows])


async def is_any(connection: AsyncConnection) -> bool:
    """Whether anybody may read the restricted feeds."""
    return bool(await connection.scalar(select(exists().where(feed_access.c.revoked.is_(None)))))


async def revoke(connection: AsyncConnection, access_id: str, by: str, moment: datetime) -> bool:
    """End an access; returns False when it is unknown or had ended.

    Args:
        connection: an open writing transaction.
        access_id: the access.
        by: name of the actor.
        moment: when.
    """
    standing = (feed_access.c.id == access_id, feed_access.c.revoked.is_(None))
    change = update(feed_access).where(*standing).values(revoked=moment, revoked_by=by)
    return (await connection.execute(change)).rowcount == 1


async def count(connection: AsyncConnection, access_id: str, moment: datetime) -> None:
    """Count one fetching.

    Args:
        connection: an open writing transaction.
        access_id: the access.
        moment: when.
    """
    change = update(feed_access).where(feed_access.c.id == access_id)
    await connection.execute(change.values(fetched=feed_access.c.fetched + 1, last_fetched=moment))
