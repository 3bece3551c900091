"""Who supplied what: read from the catalogue of the feeds, which every publication keeps up to date."""

from datetime import date

from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.bulletin import Masthead
from distributor.model.contribution import Contribution
from distributor.model.feeds import ChannelKind
from distributor.store.tables import bulletins, feed_shares
from distributor.store.values import restore

_MONTH = 7


async def load(
    connection: AsyncConnection, first: date | None = None, last: date | None = None, slug: str | None = None
) -> tuple[Contribution, ...]:
    """Give what contributors supplied, by bulletin from the oldest to the newest, in it by name.

    Args:
        connection: an open transaction.
        first: not to an older bulletin than of this day, or None.
        last: not to a newer one than of this day, or None.
        slug: of this contributor alone, or None.
    """
    query = (
        select(feed_shares, bulletins.c.masthead, bulletins.c.date)
        .join(bulletins, bulletins.c.id == feed_shares.c.bulletin_id)
        .where(feed_shares.c.kind == ChannelKind.CONTRIBUTOR, *_within(first, last))
        .order_by(bulletins.c.date, feed_shares.c.published, feed_shares.c.bulletin_id, feed_shares.c.slug)
    )
    if slug is not None:
        query = query.where(feed_shares.c.slug == slug)
    return tuple(
        Contribution(
            slug=row["slug"],
            name=row["name"],
            bulletin_id=row["bulletin_id"],
            issue=restore(Masthead, row["masthead"]).issue or "",
            day=row["date"] or "",
            items=row["items"],
        )
        for row in (await connection.execute(query)).mappings()
    )


def _within(first: date | None, last: date | None) -> list[ColumnElement[bool]]:
    # a bulletin of a month counts as one of its first day
    short = func.length(bulletins.c.date) == _MONTH
    day = case((short, bulletins.c.date.concat(literal("-01"))), else_=bulletins.c.date)
    conditions = [] if first is None else [day >= first.isoformat()]
    return [*conditions, *([] if last is None else [day <= last.isoformat()])]
