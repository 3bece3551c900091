"""The catalogue of the feeds: the card of each bulletin, and the order of the channels around any place."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, delete, exists, func, insert, literal, select, tuple_, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.feeds import EVERYTHING, Card, Channel, ChannelCount, ChannelKind, Share
from distributor.store.tables import bulletins, feed_cards, feed_channels, feed_shares
from distributor.store.types import Moment

Place = tuple[datetime, str]


async def put(connection: AsyncConnection, card: Card) -> None:
    """Put the card of a bulletin in the place of the one it had, and keep the counts of its channels.

    Args:
        connection: an open writing transaction.
        card: the bulletin as readers get it now.
    """
    mine = feed_shares.c.bulletin_id == card.id
    before = [_share(row) for row in (await connection.execute(select(feed_shares).where(mine))).mappings()]
    await connection.execute(delete(feed_shares).where(mine))
    await connection.execute(delete(feed_cards).where(feed_cards.c.bulletin_id == card.id))
    await connection.execute(insert(feed_cards).values(_card_row(card)))
    if card.shares:
        await connection.execute(insert(feed_shares), [_share_row(card, share) for share in card.shares])
    await _recount(connection, before, card.shares)


async def lacking(connection: AsyncConnection, limit: int) -> tuple[str, ...]:
    """Give ids of published bulletins that have no card: an older version of the program published them.

    Args:
        connection: an open transaction.
        limit: how many at most.
    """
    has_card = exists().where(feed_cards.c.bulletin_id == bulletins.c.id)
    query = select(bulletins.c.id).where(bulletins.c.published.is_not(None), ~has_card).order_by(bulletins.c.id)
    return tuple((await connection.execute(query.limit(limit))).scalars())


async def newest(connection: AsyncConnection, channel: Channel, limit: int) -> tuple[Card, ...]:
    """Give the newest bulletins of a channel, and as many that are not backfilled; newest first.

    Args:
        connection: an open transaction.
        channel: the channel; the cards hold what they add to it alone.
        limit: how many of both kinds.
    """
    regular = _in(channel).where(feed_shares.c.backfilled.is_(False))
    return await _cards(connection, channel, [_downwards(_in(channel), limit), _downwards(regular, limit)])


async def around(connection: AsyncConnection, channel: Channel, place: Place, limit: int) -> tuple[Card, ...]:
    """Give the bulletins of a channel on both sides of a place, and the one at it; newest first.

    Args:
        connection: an open transaction.
        channel: the channel; the cards hold what they add to it alone.
        place: place of a bulletin, which need not be in the channel.
        limit: how many on either side.
    """
    order = tuple_(feed_shares.c.published, feed_shares.c.bulletin_id)
    here = tuple_(literal(place[0], Moment), literal(place[1]))
    older = _downwards(_in(channel).where(order <= here), limit + 1)
    newer = _in(channel).where(order > here)
    newer = newer.order_by(feed_shares.c.published, feed_shares.c.bulletin_id).limit(limit)
    return await _cards(connection, channel, [older, newer])


async def counts(connection: AsyncConnection) -> tuple[ChannelCount, ...]:
    """Give all channels that hold something, and everything also while it is empty."""
    rows = (await connection.execute(select(feed_channels).order_by(*feed_channels.primary_key))).mappings()
    found = [ChannelCount(_channel(row), row["name"], row["bulletins"], row["items"]) for row in rows]
    if all(count.channel != EVERYTHING for count in found):
        found.insert(0, ChannelCount(EVERYTHING, "", 0, 0))
    return tuple(found)


async def count_of(connection: AsyncConnection, channel: Channel) -> ChannelCount | None:
    """Give how much there is in a channel, or None for one that holds nothing.

    Args:
        connection: an open transaction.
        channel: the channel.
    """
    query = select(feed_channels).where(feed_channels.c.kind == channel.kind, feed_channels.c.slug == channel.slug)
    row = (await connection.execute(query)).mappings().first()
    return None if row is None else ChannelCount(channel, row["name"], row["bulletins"], row["items"])


async def marks(connection: AsyncConnection) -> dict[Channel, str]:
    """Give for each channel a mark that changes with what it holds."""
    held = feed_shares.c["items"]
    query = (
        select(feed_shares.c.kind, feed_shares.c.slug, func.count(), func.sum(held), func.max(feed_cards.c.changed))
        .join(feed_cards, feed_cards.c.bulletin_id == feed_shares.c.bulletin_id)
        .group_by(feed_shares.c.kind, feed_shares.c.slug)
    )
    return {
        Channel(ChannelKind(kind), slug): f"{number} {total} {changed}"
        for kind, slug, number, total, changed in await connection.execute(query)
    }


async def last_change(connection: AsyncConnection) -> datetime | None:
    """Give the moment at which readers last got something else, or None when nothing was published."""
    moment: datetime | None = await connection.scalar(select(func.max(feed_cards.c.changed)))
    return moment


async def _recount(connection: AsyncConnection, before: Iterable[Share], now: Iterable[Share]) -> None:
    bulletins_by, items_by = Counter[Channel](), Counter[Channel]()
    for sign, shares in ((-1, before), (1, now)):
        for share in shares:
            bulletins_by[share.channel] += sign
            items_by[share.channel] += sign * share.items
    for channel in bulletins_by:
        await _move_count(connection, channel, bulletins_by[channel], items_by[channel])


async def _move_count(connection: AsyncConnection, channel: Channel, more_bulletins: int, more_items: int) -> None:
    at = (feed_channels.c.kind == channel.kind) & (feed_channels.c.slug == channel.slug)
    known = (await connection.execute(select(feed_channels).where(at))).mappings().first()
    held = more_bulletins + (known["bulletins"] if known else 0)
    if held <= 0:
        await connection.execute(delete(feed_channels).where(at))
        return
    name = await connection.scalar(_downwards(select(feed_shares.c.name).where(*_of(channel)), 1))
    values = {"name": name, "bulletins": held, "items": more_items + (known["items"] if known else 0)}
    if known:
        await connection.execute(update(feed_channels).where(at).values(values))
    else:
        await connection.execute(insert(feed_channels).values(kind=channel.kind, slug=channel.slug, **values))


def _of(channel: Channel) -> tuple[Any, Any]:
    return feed_shares.c.kind == channel.kind, feed_shares.c.slug == channel.slug


def _in(channel: Channel) -> Any:  # noqa: ANN401  SQLAlchemy's Select of many columns has no short name
    joined = feed_shares.join(feed_cards, feed_cards.c.bulletin_id == feed_shares.c.bulletin_id)
    columns = (*feed_shares.c, feed_cards.c.issue, feed_cards.c.changed)
    return select(*columns).select_from(joined).where(*_of(channel))


def _downwards(query: Any, limit: int) -> Any:  # noqa: ANN401  as above
    return query.order_by(feed_shares.c.published.desc(), feed_shares.c.bulletin_id.desc()).limit(limit)


async def _cards(connection: AsyncConnection, channel: Channel, queries: list[Any]) -> tuple[Card, ...]:
    # SQLite allows a limit in a part of a union only inside a subquery
    parts = [select(query.subquery()) for query in queries]
    rows = (await connection.execute(union_all(*parts))).mappings().all()
    found = {row["bulletin_id"]: _card(channel, row) for row in rows}
    return tuple(sorted(found.values(), key=lambda card: card.place, reverse=True))


def _channel(row: RowMapping) -> Channel:
    return Channel(ChannelKind(row["kind"]), row["slug"])


def _share(row: RowMapping) -> Share:
    return Share(_channel(row), row["name"], row["items"])


def _card(channel: Channel, row: RowMapping) -> Card:
    share = Share(channel, row["name"], row["items"])
    return Card(row["bulletin_id"], row["issue"], row["published"], row["changed"], row["backfilled"], (share,))


def _card_row(card: Card) -> dict[str, object]:
    return {
        "bulletin_id": card.id,
        "issue": card.issue,
        "published": card.published,
        "changed": card.changed,
        "backfilled": card.backfilled,
    }


def _share_row(card: Card, share: Share) -> dict[str, object]:
    return {
        "bulletin_id": card.id,
        "kind": share.channel.kind,
        "slug": share.channel.slug,
        "name": share.name,
        "items": share.items,
        "published": card.published,
        "backfilled": card.backfilled,
    }
