"""Items and bulletins as lists show them, without reading whole bulletins."""

from collections.abc import Sequence

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.bulletin import Masthead, Visibility
from distributor.model.feeds import ChannelKind
from distributor.model.search import ListedBulletin, ListedItem
from distributor.store.bulletins import item_of
from distributor.store.tables import bulletins, feed_cards, feed_shares, items, search_entries
from distributor.store.values import restore

_STANDING = bulletins.c.published.is_not(None) & bulletins.c.withdrawn.is_(None)


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


async def published(
    connection: AsyncConnection, *, year: int | None = None, limit: int | None = None
) -> tuple[ListedBulletin, ...]:
    """Give the published bulletins that were not withdrawn, newest first, with the number of their public items.

    Args:
        connection: an open transaction.
        year: of this year alone, or None.
        limit: how many at most, or None.
    """
    share = and_(feed_shares.c.bulletin_id == bulletins.c.id, feed_shares.c.kind == ChannelKind.EVERYTHING)
    order = (bulletins.c.date.desc().nulls_last(), bulletins.c.received.desc(), bulletins.c.id)
    query = (
        select(bulletins.c.id, bulletins.c.masthead, bulletins.c.published, feed_shares.c["items"])
        .outerjoin(feed_shares, share)
        .where(_STANDING, *([] if year is None else [bulletins.c.date.startswith(f"{year:04d}")]))
        .order_by(*order)
        .limit(limit)
    )
    return tuple(
        ListedBulletin(row["id"], restore(Masthead, row["masthead"]), row["published"], row["items"] or 0)
        for row in (await connection.execute(query)).mappings()
    )


async def items_by_bulletin(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Give the keys of the public items of published bulletins, in printed order, by bulletin.

    Args:
        connection: an open transaction.
        ids: of the bulletins.
    """
    query = select(search_entries.c.bulletin_id, search_entries.c.item_key).where(search_entries.c.bulletin_id.in_(ids))
    found: dict[str, list[str]] = {bulletin_id: [] for bulletin_id in ids}
    for bulletin_id, key in await connection.execute(query.order_by(search_entries.c.id.desc())):
        found[bulletin_id].append(key)
    return {bulletin_id: tuple(keys) for bulletin_id, keys in found.items()}


async def years(connection: AsyncConnection) -> tuple[int, ...]:
    """Give the years of the bulletins that everybody may read, the newest first."""
    year = func.substr(bulletins.c.date, 1, 4)
    query = select(year).where(_STANDING, bulletins.c.date.is_not(None)).distinct()
    found = (await connection.execute(query)).scalars()
    return tuple(sorted((int(one) for one in found if str(one).isdecimal()), reverse=True))


async def publications(connection: AsyncConnection) -> tuple[str, ...]:
    """Give the slugs of the publications whose bulletins everybody may read."""
    query = select(bulletins.c.publication).where(_STANDING).distinct().order_by(bulletins.c.publication)
    return tuple((await connection.execute(query)).scalars())


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


async def mastheads(connection: AsyncConnection, publication: str, *, but: str = "") -> tuple[Masthead, ...]:
    """Give the mastheads of all bulletins that were not withdrawn, drafts included, in no order.

    Args:
        connection: an open transaction.
        publication: slug of the publication.
        but: id of a bulletin that is left out.
    """
    query = select(bulletins.c.masthead).where(
        bulletins.c.publication == publication, bulletins.c.withdrawn.is_(None), bulletins.c.id != but
    )
    return restore(tuple[Masthead, ...], list((await connection.execute(query)).scalars()))


async def exported(connection: AsyncConnection) -> tuple[tuple[str, str], ...]:
    """Give the bulletins that were ever published, each with a mark that changes with what its pages say."""
    query = (
        select(bulletins.c.id, bulletins.c.revision, bulletins.c.withdrawn, feed_cards.c.changed)
        .join(feed_cards, feed_cards.c.bulletin_id == bulletins.c.id)
        .order_by(bulletins.c.published, bulletins.c.id)
    )
    return tuple(
        (row.id, f"{row.revision} {row.changed.isoformat()} {row.withdrawn or ''}")
        for row in await connection.execute(query)
    )


async def keys_of(connection: AsyncConnection, bulletin_id: str) -> tuple[str, ...]:
    """Give the keys of the items of a bulletin that everybody may or might read, in printed order.

    Args:
        connection: an open transaction.
        bulletin_id: the bulletin.
    """
    query = select(items).where(items.c.bulletin_id == bulletin_id, items.c.published.is_not(None))
    rows = (await connection.execute(query.order_by(items.c.position))).mappings()
    found = (item_of(row) for row in rows)
    return tuple(item.key for item in found if item.content.visibility is Visibility.PUBLIC)
