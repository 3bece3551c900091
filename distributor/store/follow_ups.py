"""Failures whose consequences are still to be drawn: suspensions, scores, backup mailboxes."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.ledger import LedgerRow
from distributor.model.recipient import address_key
from distributor.model.run import FINAL_STATES, Delivery, DeliveryState, PauseReason, Run
from distributor.store.deliveries import ledger_row
from distributor.store.freezing import add_chunk
from distributor.store.tables import address_scores, deliveries, failure_follow_ups, runs, substitutes, suppressions


async def open_failures(
    connection: AsyncConnection, since: datetime, before: datetime, limit: int
) -> tuple[LedgerRow, ...]:
    """Give failed deliveries of which nothing was made yet, oldest first; those of a run that stands still wait.

    Args:
        connection: an open transaction.
        since: only those of runs that were made since then.
        before: only those that failed before this moment, by the clock of the database.
        limit: how many at most.
    """
    query = (
        select(deliveries)
        .join(runs, runs.c.id == deliveries.c.run_id)
        .where(
            runs.c.created >= since,
            deliveries.c.state == DeliveryState.FAILED,
            deliveries.c.finished <= before,
            ~_is_done(),
            ~_stands_still(),
        )
        .order_by(deliveries.c.finished, deliveries.c.id)
        .limit(limit)
    )
    return tuple(ledger_row(row) for row in (await connection.execute(query)).mappings())


async def runs_to_follow_up(connection: AsyncConnection) -> tuple[str, ...]:
    """Give the ids of runs that have failed deliveries of which nothing was made yet.

    Args:
        connection: an open transaction.
    """
    query = select(deliveries.c.run_id).where(deliveries.c.state == DeliveryState.FAILED, ~_is_done()).distinct()
    return tuple((await connection.execute(query)).scalars())


async def record(connection: AsyncConnection, row: LedgerRow, now: datetime, *, suspended: bool) -> None:
    """Write down that the consequences of a failure were drawn.

    Args:
        connection: an open writing transaction.
        row: the failed delivery.
        now: the present moment.
        suspended: its address is not written to since now.
    """
    key = failure_follow_ups.c.delivery_id == row.delivery.id
    await connection.execute(delete(failure_follow_ups).where(key))
    values = {"delivery_id": row.delivery.id, "finished": row.finished, "at": now, "suspended": suspended}
    await connection.execute(insert(failure_follow_ups).values(values))


async def restore_suspended(connection: AsyncConnection, run_id: str) -> tuple[str, ...]:
    """Write again to the addresses that failures of one run have suspended, and leave what follows of them open.

    Args:
        connection: an open writing transaction.
        run_id: the run.

    Returns:
        The addresses.
    """
    query = (
        select(deliveries.c.id, deliveries.c.address)
        .join(failure_follow_ups, failure_follow_ups.c.delivery_id == deliveries.c.id)
        .where(deliveries.c.run_id == run_id, failure_follow_ups.c.suspended)
    )
    rows = (await connection.execute(query)).all()
    for row in rows:
        key = address_key(row.address)
        await connection.execute(
            delete(suppressions).where(suppressions.c.address_key == key, suppressions.c.list_id == "")
        )
        await connection.execute(delete(failure_follow_ups).where(failure_follow_ups.c.delivery_id == row.id))
    return tuple(row.address for row in rows)


async def of_body(connection: AsyncConnection, run: Run, organization: str) -> tuple[Delivery, ...]:
    """Give all deliveries of one mailing of a bulletin to one body, whatever the run.

    Args:
        connection: an open transaction.
        run: a run of the mailing.
        organization: id of the body.
    """
    query = (
        select(deliveries)
        .where(
            deliveries.c.bulletin_id == run.bulletin_id,
            deliveries.c.mailing == run.mailing,
            deliveries.c.organization == organization,
        )
        .order_by(deliveries.c.run_id, deliveries.c.position)
    )
    return tuple(ledger_row(row).delivery for row in (await connection.execute(query)).mappings())


async def served_among(connection: AsyncConnection, run: Run, addresses: Collection[str]) -> frozenset[str]:
    """Give those of some addresses that have a delivery of a mailing already.

    Args:
        connection: an open transaction.
        run: a run of the mailing.
        addresses: the addresses.
    """
    query = select(deliveries.c.address).where(
        deliveries.c.bulletin_id == run.bulletin_id,
        deliveries.c.mailing == run.mailing,
        deliveries.c.address.in_(sorted(addresses)),
        # what another run has cancelled gives way; two of one run cannot be
        or_(deliveries.c.run_id == run.id, deliveries.c.state != DeliveryState.CANCELLED),
    )
    return frozenset((await connection.execute(query)).scalars())


async def substitute(
    connection: AsyncConnection, run: Run, delivery: Delivery, failed: Delivery, now: datetime
) -> None:
    """Add a delivery to a backup mailbox to a run.

    Args:
        connection: an open writing transaction.
        run: the run.
        delivery: the new delivery.
        failed: the delivery that failed.
        now: the present moment.
    """
    last = await connection.scalar(select(func.max(deliveries.c.position)).where(deliveries.c.run_id == run.id))
    await add_chunk(connection, run, [delivery], (last or 0) + 1)
    await connection.execute(insert(substitutes).values(delivery_id=delivery.id, instead_of=failed.id, at=now))


async def substitutes_of(connection: AsyncConnection, run_id: str) -> dict[str, str]:
    """Give by the id of each delivery to a backup mailbox the address that failed before.

    Args:
        connection: an open transaction.
        run_id: the run.
    """
    failed = deliveries.alias("failed")
    query = (
        select(substitutes.c.delivery_id, failed.c.address)
        .join(failed, failed.c.id == substitutes.c.instead_of)
        .where(failed.c.run_id == run_id)
    )
    return {row.delivery_id: row.address for row in await connection.execute(query)}


async def score(connection: AsyncConnection, address: str) -> tuple[float, datetime] | None:
    """Give the score of an address and when it was counted last, or None.

    Args:
        connection: an open transaction.
        address: the address.
    """
    query = select(address_scores).where(address_scores.c.address_key == address_key(address))
    row = (await connection.execute(query)).first()
    return None if row is None else (row.score, row.counted)


async def set_score(connection: AsyncConnection, address: str, value: float, now: datetime) -> None:
    """Keep the score of an address.

    Args:
        connection: an open writing transaction.
        address: the address.
        value: its score.
        now: when it was counted.
    """
    key = address_key(address)
    await connection.execute(delete(address_scores).where(address_scores.c.address_key == key))
    await connection.execute(insert(address_scores).values(address_key=key, score=value, counted=now))


async def was_reached_since(connection: AsyncConnection, address: str, moment: datetime) -> bool:
    """Tell whether a mail to an address was taken, and not returned, since a moment.

    Args:
        connection: an open transaction.
        address: the address as it stands in the ledger.
        moment: the moment.
    """
    reached = and_(
        deliveries.c.address == address, deliveries.c.state == DeliveryState.SENT, deliveries.c.finished > moment
    )
    return await connection.scalar(select(deliveries.c.id).where(reached).limit(1)) is not None


def _stands_still() -> ColumnElement[bool]:
    """Narrow to runs that wait for a person and have something left to send; a cancelled one waits for nobody."""
    left = deliveries.alias("left")
    rest = [
        exists().where(left.c.run_id == runs.c.id, left.c.state == state)
        for state in DeliveryState
        if state not in FINAL_STATES
    ]
    return and_(runs.c.paused.is_not(None), runs.c.pause_reason != PauseReason.CANCELLED, or_(*rest))


def _is_done() -> ColumnElement[bool]:
    return exists().where(
        failure_follow_ups.c.delivery_id == deliveries.c.id, failure_follow_ups.c.finished == deliveries.c.finished
    )
