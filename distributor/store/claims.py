"""Claims: due deliveries are taken under a lease, leases are renewed, and those of the dead are given back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, RowMapping, Select, and_, exists, false, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.ledger import Claim, Mark
from distributor.model.recipient import MailFormat, Role
from distributor.model.run import Delivery, DeliveryState, Phase, Reply
from distributor.store.marks import add_claims, add_events
from distributor.store.tables import deliveries, delivery_events, runs
from distributor.store.values import restore

_S = DeliveryState
# first what was never tried, so that a heap of retries holds nobody up
_DUE = (_S.PENDING, _S.DEFERRED)
_HELD = (_S.CLAIMED, _S.IN_DOUBT)
_FIELDS = tuple(Delivery.__dataclass_fields__)
_CLAIMED = tuple(deliveries.c[name] for name in _FIELDS)
_ENUMS: dict[str, dict[str, StrEnum]] = {
    name: {member.value: member for member in kind}
    for name, kind in (("role", Role), ("format", MailFormat), ("state", DeliveryState))
}
_RECONCILER = "reconcile"


async def due_runs(connection: AsyncConnection, now: datetime, *, fresh_after: datetime | None) -> tuple[str, ...]:
    """Give the ids of runs that have something due, oldest first: complete, not paused, not past due.

    Args:
        connection: an open transaction.
        now: the clock of the database.
        fresh_after: a run that has not begun and was meant to before this moment waits for a person; None for no
            such limit.
    """
    query = _due_runs(now).order_by(runs.c.created, runs.c.id)
    if fresh_after is not None:
        query = query.where(~_is_late(fresh_after))
    return tuple((await connection.execute(query)).scalars())


async def late_runs(connection: AsyncConnection, now: datetime, fresh_after: datetime) -> tuple[str, ...]:
    """Give the ids of runs that are due, have not begun and were meant to before a moment.

    Args:
        connection: an open transaction.
        now: the clock of the database.
        fresh_after: the moment.
    """
    return tuple((await connection.execute(_due_runs(now).where(_is_late(fresh_after)))).scalars())


async def claim(
    connection: AsyncConnection,
    claim: Claim,
    now: datetime,
    run_ids: Sequence[str] | None = None,
) -> tuple[Delivery, ...]:
    """Take due deliveries so that no other worker can; rows another worker holds are passed over.

    The runs take turns: each gives its fair part before one gives more.

    Args:
        connection: an open writing transaction.
        claim: who, how many, for how long.
        now: the clock of the database.
        run_ids: the runs to take from, all that are due by default.
    """
    if run_ids is None:
        run_ids = await due_runs(connection, now, fresh_after=None)
    taken: list[Delivery] = []
    asked = list(run_ids)
    while asked and len(taken) < claim.limit:
        share = -(-(claim.limit - len(taken)) // len(asked))
        fruitful = []
        for run_id in asked:
            some = await _claim_of(connection, run_id, claim, min(share, claim.limit - len(taken)), now)
            taken += some
            if len(some) == share:
                fruitful.append(run_id)
        asked = fruitful
    await add_claims(connection, taken, claim.worker, now)
    return tuple(taken)


async def renew(connection: AsyncConnection, worker: str, until: datetime) -> frozenset[tuple[str, int]]:
    """Lengthen the leases of a living worker; gives id and fence of every delivery it still holds.

    Args:
        connection: an open writing transaction.
        worker: its name.
        until: new end of the leases, by the clock of the database.
    """
    query = (
        update(deliveries)
        .where(is_held(), deliveries.c.worker == worker)
        .values(lease_until=until, warned=false())
        .returning(deliveries.c.id, deliveries.c.fence)
    )
    return frozenset((row.id, row.fence) for row in await connection.execute(query))


async def hasten(connection: AsyncConnection, domain: str | None, now: datetime) -> None:
    """Make those due who were never tried and wait for a later turn: the pace has become faster.

    Args:
        connection: an open writing transaction.
        domain: of the recipients, None for all of them.
        now: the clock of the database.
    """
    waits = (deliveries.c.state == _S.PENDING, deliveries.c.attempts == 0, deliveries.c.next_attempt > now)
    late = update(deliveries).where(*waits)
    if domain is not None:
        late = late.where(func.lower(deliveries.c.address).endswith(f"@{domain}", autoescape=True))
    await connection.execute(late.values(next_attempt=now))


async def warn_expired(connection: AsyncConnection, now: datetime, grace: timedelta) -> int:
    """Give workers whose leases have run out a last time to renew them; returns how many deliveries that are.

    After the database was away for a minute all leases have run out at once, and the living renew theirs first.

    Args:
        connection: an open writing transaction.
        now: the clock of the database.
        grace: how long they have.
    """
    result = await connection.execute(
        update(deliveries)
        .where(is_held(), deliveries.c.lease_until <= now, deliveries.c.warned == false())
        .values(lease_until=now + grace, warned=true()),
    )
    return result.rowcount


async def overdue_workers(connection: AsyncConnection, now: datetime) -> tuple[str, ...]:
    """Give the workers that did not renew after they were warned.

    Args:
        connection: an open transaction.
        now: the clock of the database.
    """
    overdue = and_(is_held(), deliveries.c.lease_until <= now, deliveries.c.warned == true())
    query = select(deliveries.c.worker).where(overdue, deliveries.c.worker.is_not(None)).distinct()
    return tuple(name for name in (await connection.execute(query)).scalars() if name is not None)


async def release_expired(connection: AsyncConnection, now: datetime) -> tuple[int, int]:
    """Take deliveries from workers that did not renew after they were warned; gives how many were claimed, in doubt.

    A claimed one was never sent and is due again; one in doubt is left to the policy.

    Args:
        connection: an open writing transaction.
        now: the clock of the database.
    """
    return await _take_away(connection, now, and_(deliveries.c.lease_until <= now, deliveries.c.warned == true()))


async def release_dead(connection: AsyncConnection, worker: str, now: datetime) -> tuple[int, int]:
    """Give back everything a worker held that is known to be dead; returns how many were claimed and in doubt.

    Args:
        connection: an open writing transaction.
        worker: its name.
        now: the clock of the database.
    """
    return await _take_away(connection, now, deliveries.c.worker == worker)


async def doubtful(connection: AsyncConnection) -> tuple[tuple[Delivery, Reply | None, datetime], ...]:
    """Give deliveries in doubt that no living worker waits for, what was said last, and when they came into doubt.

    Args:
        connection: an open writing transaction.
    """
    marked = (
        select(func.max(delivery_events.c.at))
        .where(delivery_events.c.delivery_id == deliveries.c.id, delivery_events.c.state == _S.IN_DOUBT)
        .scalar_subquery()
    )
    query = select(deliveries, marked.label("marked")).where(is_orphaned()).order_by(deliveries.c.id)
    rows = (await connection.execute(query)).mappings()
    return tuple((delivery_of(row), reply_of(row), row["marked"] or row["lease_until"]) for row in rows)


def delivery_of(row: RowMapping) -> Delivery:
    """Restore a delivery from its row."""
    return restore(Delivery, {name: row[name] for name in _FIELDS})


def reply_of(row: RowMapping) -> Reply | None:
    """Restore the newest answer from the row of a delivery."""
    if row["reply_phase"] is None:
        return None
    return Reply(Phase(row["reply_phase"]), row["reply_code"], row["reply_text"])


def _due_runs(now: datetime) -> Select[str]:
    due = [
        exists().where(deliveries.c.run_id == runs.c.id, deliveries.c.state == state, deliveries.c.next_attempt <= now)
        for state in _DUE
    ]
    return select(runs.c.id).where(runs.c.ready.is_not(None), runs.c.paused.is_(None), or_(*due))


def _is_late(fresh_after: datetime) -> ColumnElement[bool]:
    meant = func.coalesce(runs.c.occurrence, runs.c.created)
    return and_(runs.c.began.is_(None), runs.c.confirmed.is_(None), meant < fresh_after)


def is_orphaned() -> ColumnElement[bool]:
    """Narrow to deliveries in doubt that no worker waits for."""
    return and_(is_held(), deliveries.c.state == _S.IN_DOUBT, deliveries.c.worker.is_(None))


def is_held() -> ColumnElement[bool]:
    """Narrow to the few rows under a lease, which have an index of their own."""
    return and_(deliveries.c.lease_until.is_not(None), deliveries.c.state.in_(_HELD))


async def _claim_of(
    connection: AsyncConnection, run_id: str, claim: Claim, limit: int, now: datetime
) -> list[Delivery]:
    taken: list[Delivery] = []
    for state in _DUE:
        if len(taken) < limit:
            taken += await _take(connection, (run_id, state), claim, limit - len(taken), now)
    if taken:
        await connection.execute(update(runs).where(runs.c.id == run_id, runs.c.began.is_(None)).values(began=now))
    return taken


async def _take(
    connection: AsyncConnection, what: tuple[str, DeliveryState], claim: Claim, limit: int, now: datetime
) -> list[Delivery]:
    run_id, state = what
    due = (
        select(deliveries.c.id)
        .where(deliveries.c.run_id == run_id, deliveries.c.state == state, deliveries.c.next_attempt <= now)
        .order_by(deliveries.c.next_attempt, deliveries.c.position)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    query = (
        update(deliveries)
        .where(deliveries.c.id.in_(due))
        .values(
            state=_S.CLAIMED,
            fence=deliveries.c.fence + 1,
            attempts=deliveries.c.attempts + 1,
            worker=claim.worker,
            lease_until=now + timedelta(seconds=claim.lease_seconds),
            warned=false(),
        )
        .returning(*_CLAIMED, deliveries.c.position)
    )
    rows = (await connection.execute(query)).all()
    return [_claimed(row) for row in sorted(rows, key=lambda row: row.position)]


def _claimed(row: Row[Any]) -> Delivery:
    """Restore a delivery that was just claimed, without the checks of `restore`: this is done for every message."""
    fields: dict[str, Any] = dict(zip(_FIELDS, row, strict=False))
    for name, known in _ENUMS.items():
        fields[name] = known[fields[name]]
    return Delivery(**fields)


async def _take_away(connection: AsyncConnection, now: datetime, which: ColumnElement[bool]) -> tuple[int, int]:
    claimed = await _release(connection, now, which)
    orphaned = await connection.execute(
        update(deliveries)
        .where(is_held(), deliveries.c.state == _S.IN_DOUBT, deliveries.c.worker.is_not(None), which)
        .values(lease_until=now, warned=true(), worker=None),
    )
    return claimed, orphaned.rowcount


async def _release(connection: AsyncConnection, now: datetime, which: ColumnElement[bool]) -> int:
    query = (
        update(deliveries)
        .where(is_held(), deliveries.c.state == _S.CLAIMED, which)
        .values(
            state=_S.PENDING, attempts=deliveries.c.attempts - 1, next_attempt=now, lease_until=None, warned=false()
        )
        .returning(deliveries)
    )
    rows = (await connection.execute(query)).mappings().all()
    await add_events(connection, [Mark(delivery_of(row), _S.PENDING, _RECONCILER) for row in rows], now)
    return len(rows)
