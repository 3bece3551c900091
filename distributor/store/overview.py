"""What the home page of the desk counts: pages of bulletins, their newest sign-offs, deliveries that failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.record import BulletinRecord
from distributor.model.run import DeliveryState
from distributor.store.bulletins import get_many
from distributor.store.tables import bulletins, deliveries, runs, sign_offs


@dataclass(frozen=True, slots=True)
class SignedBy:
    """The newest sign-off of a bulletin, without its plan.

    Args:
        actor: who signed.
        signed: when.
        content_hash: digest of the words that were signed.
    """

    actor: str
    signed: datetime
    content_hash: str


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A run with deliveries that failed.

    Args:
        run_id: the run.
        bulletin_id: its bulletin.
        list_id: its list.
        failed: how many.
    """

    run_id: str
    bulletin_id: str
    list_id: str
    failed: int


async def count_bulletins(connection: AsyncConnection) -> int:
    """Give the number of bulletins."""
    return int(await connection.scalar(select(func.count()).select_from(bulletins)) or 0)


async def page_of_bulletins(
    connection: AsyncConnection,
    limit: int | None,
    offset: int = 0,
    *,
    only_drafts: bool = False,
) -> tuple[BulletinRecord, ...]:
    """Give a page of the bulletins, newest first.

    Args:
        connection: an open transaction.
        limit: bulletins on a page, or None for all.
        offset: bulletins before it.
        only_drafts: those that are neither published nor withdrawn.
    """
    order = (bulletins.c.date.desc().nulls_last(), bulletins.c.received.desc(), bulletins.c.id)
    query = select(bulletins.c.id).order_by(*order).limit(limit).offset(offset)
    if only_drafts:
        query = query.where(bulletins.c.published.is_(None), bulletins.c.withdrawn.is_(None))
    ids = list((await connection.execute(query)).scalars())
    found = {record.id: record for record in await get_many(connection, ids)}
    return tuple(found[bulletin_id] for bulletin_id in ids)


async def newest_sign_offs(connection: AsyncConnection, bulletin_ids: Sequence[str]) -> dict[str, SignedBy]:
    """Give the newest sign-off of each bulletin that has one.

    Args:
        connection: an open transaction.
        bulletin_ids: the bulletins.
    """
    query = (
        select(sign_offs.c.bulletin_id, sign_offs.c.actor, sign_offs.c.signed, sign_offs.c.content_hash)
        .where(sign_offs.c.bulletin_id.in_(bulletin_ids))
        .order_by(sign_offs.c.signed, sign_offs.c.id.desc())
    )
    rows = (await connection.execute(query)).mappings()
    return {row["bulletin_id"]: SignedBy(row["actor"], row["signed"], row["content_hash"]) for row in rows}


async def failed_runs(connection: AsyncConnection, since: datetime, limit: int) -> tuple[FailedRun, ...]:
    """Give the runs with deliveries that failed, the newest first.

    Args:
        connection: an open transaction.
        since: only runs made since then.
        limit: how many at most.
    """
    failed = func.count().label("failed")
    query = (
        select(runs.c.id, runs.c.bulletin_id, runs.c.list_id, failed)
        .join(deliveries, deliveries.c.run_id == runs.c.id)
        .where(deliveries.c.state == DeliveryState.FAILED, runs.c.created >= since)
        .group_by(runs.c.id, runs.c.bulletin_id, runs.c.list_id, runs.c.created)
        .order_by(runs.c.created.desc(), runs.c.id)
        .limit(limit)
    )
    return tuple(FailedRun(*row) for row in await connection.execute(query))
