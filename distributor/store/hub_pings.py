"""What the WebSub hub is to be told: written in the transaction of the publication, told by a worker afterwards."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.store.tables import hub_pings


@dataclass(frozen=True, slots=True)
class HubPing:
    """One feed of which the hub does not know yet that it has changed.

    Args:
        topic: address of the feed.
        attempts: how often it was tried in vain.
    """

    topic: str
    attempts: int


async def queue(connection: AsyncConnection, topics: Collection[str], moment: datetime) -> None:
    """Note that feeds have changed; one that waits already is due at once.

    Args:
        connection: the open writing transaction of the change.
        topics: addresses of the feeds.
        moment: when.
    """
    await remove(connection, topics)
    rows = [{"topic": topic, "queued": moment, "due": moment, "attempts": 0} for topic in sorted(topics)]
    if rows:
        await connection.execute(insert(hub_pings), rows)


async def due(connection: AsyncConnection, moment: datetime) -> tuple[HubPing, ...]:
    """Give what is to be told now.

    Args:
        connection: an open transaction.
        moment: the present.
    """
    query = select(hub_pings).where(hub_pings.c.due <= moment).order_by(hub_pings.c.due, hub_pings.c.topic)
    return tuple(HubPing(row.topic, row.attempts) for row in await connection.execute(query))


async def remove(connection: AsyncConnection, topics: Collection[str]) -> None:
    """Forget what was told, or is given up.

    Args:
        connection: an open writing transaction.
        topics: addresses of the feeds.
    """
    if topics:
        await connection.execute(delete(hub_pings).where(hub_pings.c.topic.in_(sorted(topics))))


async def postpone(connection: AsyncConnection, ping: HubPing, following: datetime, problem: str) -> None:
    """Try again later.

    Args:
        connection: an open writing transaction.
        ping: what could not be told.
        following: when to try again.
        problem: why not.
    """
    change = update(hub_pings).where(hub_pings.c.topic == ping.topic)
    await connection.execute(change.values(due=following, attempts=ping.attempts + 1, problem=problem))
