"""Deliveries: claims by conditional update, marks guarded by lease and fence, and their history."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.ledger import Claim, LedgerEvent, LedgerRow, Mark
from distributor.model.run import FINAL_STATES, Delivery, DeliveryState, Phase, Reply
from distributor.store.tables import deliveries, delivery_events
from distributor.store.values import restore

_DUE = (DeliveryState.PENDING, DeliveryState.DEFERRED)
_FIELDS = tuple(Delivery.__dataclass_fields__)


async def claim(connection: AsyncConnection, claim: Claim, now: datetime) -> tuple[Delivery, ...]:
    """Take due deliveries so that no other worker can; rows another worker holds are passed over.

    Args:
        connection: an open writing transaction.
        claim: who, how many, for how long.
        now: the clock of the database.
    """
    due = (
        select(deliveries.c.id)
        .where(deliveries.c.state.in_(_DUE), deliveries.c.next_attempt <= now)
        .order_by(deliveries.c.next_attempt, deliveries.c.run_id, deliveries.c.position)
        .limit(claim.limit)
        .with_for_update(skip_locked=True)
    )
    query = (
        update(deliveries)
        .where(deliveries.c.id.in_(due))
        .values(
            state=DeliveryState.CLAIMED,
            fence=deliveries.c.fence + 1,
            attempts=deliveries.c.attempts + 1,
            worker=claim.worker,
            lease_until=now + timedelta(seconds=claim.lease_seconds),
        )
        .returning(deliveries)
    )
    rows = (await connection.execute(query)).mappings().all()
    taken = sorted(rows, key=lambda row: (row["next_attempt"], row["run_id"], row["position"]))
    claimed = tuple(_delivery(row) for row in taken)
    await _add_events(connection, [Mark(delivery, delivery.state, claim.worker) for delivery in claimed], now)
    return claimed


async def mark(connection: AsyncConnection, mark: Mark, now: datetime, *, before: Collection[DeliveryState]) -> bool:
    """Write down a step of a claimed delivery; returns False when another worker has taken it over.

    Args:
        connection: an open writing transaction.
        mark: the step.
        now: the clock of the database.
        before: states from which the step is allowed; a row in another state is left alone.
    """
    still_mine = and_(
        deliveries.c.id == mark.delivery.id,
        deliveries.c.fence == mark.delivery.fence,
        deliveries.c.state.in_(before),
    )
    if mark.state is DeliveryState.IN_DOUBT:
        # the last look before the dot: a worker that slept past its lease must not send
        still_mine = and_(still_mine, deliveries.c.lease_until > now)
    result = await connection.execute(update(deliveries).where(still_mine).values(_changes(mark, now)))
    if result.rowcount != 1:
        return False
    await _add_events(connection, [mark], now)
    return True


async def renew(connection: AsyncConnection, worker: str, until: datetime) -> None:
    """Lengthen the leases of a living worker.

    Args:
        connection: an open writing transaction.
        worker: its name.
        until: new end of the leases, by the clock of the database.
    """
    held = (DeliveryState.CLAIMED, DeliveryState.IN_DOUBT)
    await connection.execute(
        update(deliveries)
        .where(deliveries.c.worker == worker, deliveries.c.state.in_(held), deliveries.c.lease_until < until)
        .values(lease_until=until),
    )


async def release_expired(connection: AsyncConnection, now: datetime) -> tuple[int, int]:
    """Make deliveries of dead workers due again; returns how many were claimed and how many were in doubt.

    A claimed one was never sent. One in doubt may have been: it is tried again with the same Message-ID, which is
    the default policy.

    Args:
        connection: an open writing transaction.
        now: the clock of the database.
    """
    released = []
    for state in (DeliveryState.CLAIMED, DeliveryState.IN_DOUBT):
        query = (
            update(deliveries)
            .where(
                deliveries.c.state == state, or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until <= now)
            )
            .values(state=DeliveryState.PENDING, next_attempt=now, lease_until=None)
            .returning(deliveries)
        )
        rows = (await connection.execute(query)).mappings().all()
        note = Reply(Phase.DOT, 0, "no answer was written down: sent again under the same Message-ID")
        reply = note if state is DeliveryState.IN_DOUBT else None
        marks = [Mark(_delivery(row), DeliveryState.PENDING, "reconcile", reply) for row in rows]
        await _add_events(connection, marks, now)
        released.append(len(rows))
    return released[0], released[1]


async def next_due(connection: AsyncConnection) -> datetime | None:
    """Give the moment at which the next delivery falls due or a lease ends, or None when all are final."""
    waiting = select(deliveries.c.next_attempt).where(deliveries.c.state.in_(_DUE))
    held = select(deliveries.c.lease_until).where(
        deliveries.c.state.in_((DeliveryState.CLAIMED, DeliveryState.IN_DOUBT)),
    )
    moments = [
        await connection.scalar(waiting.order_by(deliveries.c.next_attempt).limit(1)),
        await connection.scalar(held.order_by(deliveries.c.lease_until).limit(1)),
    ]
    return min((moment for moment in moments if moment is not None), default=None)


async def ledger(connection: AsyncConnection, run_id: str) -> tuple[LedgerRow, ...]:
    """Give the deliveries of a run in their order.

    Args:
        connection: an open transaction.
        run_id: the run.
    """
    query = select(deliveries).where(deliveries.c.run_id == run_id).order_by(deliveries.c.position)
    return tuple(_ledger_row(row) for row in (await connection.execute(query)).mappings())


async def events(connection: AsyncConnection, delivery_id: str) -> tuple[LedgerEvent, ...]:
    """Give the history of a delivery, oldest first.

    Args:
        connection: an open transaction.
        delivery_id: the delivery.
    """
    query = select(delivery_events).where(delivery_events.c.delivery_id == delivery_id).order_by(delivery_events.c.id)
    rows = [
        {name: row[name] for name in LedgerEvent.__dataclass_fields__}
        for row in (await connection.execute(query)).mappings()
    ]
    return restore(tuple[LedgerEvent, ...], rows)


def _changes(mark: Mark, now: datetime) -> dict[str, Any]:
    changes: dict[str, Any] = {"state": mark.state, "refusal": mark.refusal}
    if mark.reply is not None:
        changes |= {"reply_phase": mark.reply.phase, "reply_code": mark.reply.code, "reply_text": mark.reply.text}
    if mark.state in FINAL_STATES:
        changes |= {"finished": now, "lease_until": None}
    if mark.state in _DUE:
        changes |= {"next_attempt": mark.next_attempt or now, "lease_until": None}
    return changes


async def _add_events(connection: AsyncConnection, marks: Sequence[Mark], now: datetime) -> None:
    rows = [
        {
            "delivery_id": mark.delivery.id,
            "at": now,
            "attempt": mark.delivery.attempts,
            "state": mark.state,
            "worker": mark.worker,
            "phase": mark.reply.phase if mark.reply else None,
            "code": mark.reply.code if mark.reply else None,
            "text": mark.reply.text if mark.reply else None,
            "refusal": mark.refusal,
        }
        for mark in marks
    ]
    if rows:
        await connection.execute(insert(delivery_events), rows)


def _delivery(row: RowMapping) -> Delivery:
    return restore(Delivery, {name: row[name] for name in _FIELDS})


def _ledger_row(row: RowMapping) -> LedgerRow:
    reply = None
    if row["reply_phase"] is not None:
        reply = Reply(Phase(row["reply_phase"]), row["reply_code"], row["reply_text"])
    shown = {
        "reply": reply,
        "refusal": row["refusal"],
        "next_attempt": row["next_attempt"],
        "finished": row["finished"],
    }
    return restore(LedgerRow, {"delivery": _delivery(row), **shown})
