"""The digest log, and the renderings that are made of signed items for the runs that close it."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.recipient import address_key
from distributor.model.run import DeliveryState, Mailing
from distributor.model.subscriber import Frequency, LogEntry, MembershipState
from distributor.store.among import among
from distributor.store.tables import (
    bulletins,
    deliveries,
    digest_head,
    digest_log,
    digest_variants,
    items,
    memberships,
    subscribers,
)
from distributor.store.values import restore


async def enter(connection: AsyncConnection) -> int:
    """Enter what was published since into the log and give its end; whoever closes a window calls this first.

    The lock on the end of the log orders those who enter and close, so that no number appears below a closed window.

    Args:
        connection: an open writing transaction.
    """
    head = int(await connection.scalar(select(digest_head.c.number).with_for_update()) or 0)
    known = select(digest_log.c.bulletin_id)
    opens = items.c.bulletin_id.not_in(known)
    query = (
        select(items.c.key, items.c.bulletin_id, items.c.published, bulletins.c.published.label("issued"), opens)
        .join(bulletins, bulletins.c.id == items.c.bulletin_id)
        .where(
            bulletins.c.published.is_not(None),
            bulletins.c.withdrawn.is_(None),
            ~bulletins.c.backfilled,
            items.c.published.is_not(None),
            items.c.withdrawn.is_(None),
            ~exists().where(digest_log.c.item_key == items.c.key),
        )
        .order_by(bulletins.c.published, bulletins.c.id, items.c.position)
    )
    rows = [
        {
            "number": number,
            "bulletin_id": bulletin_id,
            "item_key": key,
            "opens_issue": opens_issue,
            "published": issued if opens_issue else max(issued, published),
        }
        for number, (key, bulletin_id, published, issued, opens_issue) in enumerate(
            await connection.execute(query), head + 1
        )
    ]
    if rows:
        await connection.execute(insert(digest_log), rows)
        await connection.execute(update(digest_head).values(number=head + len(rows)))
    return head + len(rows)


async def entries(connection: AsyncConnection, after: int, until: int | None = None) -> tuple[LogEntry, ...]:
    """Give a range of the log.

    Args:
        connection: an open transaction.
        after: number before the first one.
        until: number of the last one, None for the end of the log.
    """
    query = select(digest_log).where(digest_log.c.number > after).order_by(digest_log.c.number)
    if until is not None:
        query = query.where(digest_log.c.number <= until)
    rows = [dict(row) for row in (await connection.execute(query)).mappings()]
    return restore(tuple[LogEntry, ...], rows)


async def lowest_seen(connection: AsyncConnection, list_id: str, frequency: Frequency, today: date) -> int | None:
    """Give where the reader stands who is farthest behind; None when nobody reads.

    Args:
        connection: an open transaction.
        list_id: the list.
        frequency: whom its schedule serves.
        today: who has paused beyond it is passed over.
    """
    query = select(func.min(subscribers.c.seen)).join(memberships, memberships.c.subscriber_id == subscribers.c.id)
    lowest: int | None = await connection.scalar(query.where(*readers(list_id, frequency, today)))
    return lowest


async def served_officially(connection: AsyncConnection, bulletin_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
    """Give which of some bulletins an address got by way of its body, by key of the address.

    Args:
        connection: an open transaction.
        bulletin_ids: the bulletins.
    """
    query = select(deliveries.c.address, deliveries.c.bulletin_id).where(
        deliveries.c.bulletin_id.in_(sorted(bulletin_ids)),
        deliveries.c.mailing == Mailing.DIGEST,
        deliveries.c.state != DeliveryState.CANCELLED,
    )
    found: dict[str, set[str]] = {}
    for address, bulletin_id in await connection.execute(query):
        found.setdefault(address_key(address), set()).add(bulletin_id)
    return {key: frozenset(ids) for key, ids in found.items()}


async def variants(connection: AsyncConnection, run_id: str, keys: Collection[str]) -> dict[str, str | None]:
    """Give those of some renderings of a run that are there, by the hash of their key; None for nothing left to read.

    Args:
        connection: an open transaction.
        run_id: the run.
        keys: the hashes.
    """
    query = select(digest_variants.c.key, digest_variants.c.variant).where(
        digest_variants.c.run_id == run_id, among(connection, digest_variants.c.key, keys)
    )
    return {row.key: row.variant for row in await connection.execute(query)}


async def add_variant(connection: AsyncConnection, row: Mapping[str, object]) -> None:
    """Write down a rendering with what it was made of and the sign-offs that cover it.

    Args:
        connection: an open writing transaction.
        row: run_id, key, variant, definition, lists, covered_by, created.
    """
    await connection.execute(insert(digest_variants).values(dict(row)))


async def lists_of_variant(connection: AsyncConnection, run_id: str, variant: str) -> tuple[str, ...] | None:
    """Give the lists whose readers got a rendering, or None for one that a sign-off bound itself.

    Args:
        connection: an open transaction.
        run_id: the run.
        variant: digest of the rendering.
    """
    query = select(digest_variants.c.lists).where(
        digest_variants.c.run_id == run_id, digest_variants.c.variant == variant
    )
    found = await connection.scalar(query.limit(1))
    return None if found is None else tuple(found)


def readers(list_id: str, frequency: Frequency, today: date) -> tuple[ColumnElement[bool], ...]:
    """Make the conditions for those whom a schedule serves today."""
    awake = or_(subscribers.c.paused_until.is_(None), subscribers.c.paused_until <= today.isoformat())
    on_list = and_(memberships.c.list_id == list_id, memberships.c.state == MembershipState.ACTIVE)
    return on_list, subscribers.c.frequency == frequency, awake
