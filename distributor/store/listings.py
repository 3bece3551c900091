"""Items and bulletins as lists show them, without reading whole bulletins."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.bulletin import Masthead
from distributor.model.search import ListedItem
from distributor.store.bulletins import item_of
from distributor.store.tables import bulletins, items
from distributor.store.values import restore


async def items_of(connection: AsyncConnection, keys: Sequence[str]) -> tuple[ListedItem, ...]:
    """Give items by their keys, in the order of the keys.

    Args:
        connection: an open transaction.
        keys: keys of public items; an unknown one is left out.
    """
    query = (
        select(items, bulletins.c.masthead)
        .join(bulletins, bulletins.c.id == items.c.bulletin_id)
        .where(items.c.key.in_(keys))
    )
    rows = {row["key"]: row for row in (await connection.execute(query)).mappings()}
    return tuple(
        ListedItem(item_of(row), row["bulletin_id"], restore(Masthead, row["masthead"]))
        for row in (rows[key] for key in keys if key in rows)
    )


async def years(connection: AsyncConnection) -> tuple[int, ...]:
    """Give the years of the bulletins that everybody may read, the newest first."""
    year = func.substr(bulletins.c.date, 1, 4)
    standing = bulletins.c.published.is_not(None) & bulletins.c.withdrawn.is_(None)
    found = (await connection.execute(select(year).where(standing, bulletins.c.date.is_not(None)).distinct())).scalars()
    return tuple(sorted((int(one) for one in found if str(one).isdecimal()), reverse=True))


async def newest_regular(connection: AsyncConnection, limit: int) -> tuple[str, ...]:
    """Give the ids of the newest bulletins that stand and are not backfilled, by the day of their publication."""
    standing = (bulletins.c.published.is_not(None), bulletins.c.withdrawn.is_(None), bulletins.c.backfilled.is_(False))
    order = (bulletins.c.published.desc(), bulletins.c.id.desc())
    return tuple(
        (await connection.execute(select(bulletins.c.id).where(*standing).order_by(*order).limit(limit))).scalars()
    )


async def ever_published(connection: AsyncConnection) -> tuple[str, ...]:
    """Give the ids of all bulletins that were ever published, in the order of their publication."""
    query = select(bulletins.c.id).where(bulletins.c.published.is_not(None))
    return tuple((await connection.execute(query.order_by(bulletins.c.published, bulletins.c.id))).scalars())


async def mastheads(connection: AsyncConnection, publication: str) -> tuple[Masthead, ...]:
    """Give the mastheads of all bulletins that were not withdrawn, drafts included, in no order.

    Args:
        connection: an open transaction.
        publication: slug of the publication.
    """
    query = select(bulletins.c.masthead).where(bulletins.c.publication == publication, bulletins.c.withdrawn.is_(None))
    return restore(tuple[Masthead, ...], list((await connection.execute(query)).scalars()))
