"""Runs: one bulletin to the frozen addresses of one list."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.errors import NotFound
from distributor.model.ledger import RunEvent
from distributor.model.run import (
    FINAL_STATES,
    DeliveryState,
    Mailing,
    PauseReason,
    RefusalClass,
    Run,
    RunCounts,
)
from distributor.store.tables import deliveries, delivery_events, run_events, runs
from distributor.store.values import restore


async def add(connection: AsyncConnection, run: Run) -> None:
    """Write down a run; while it is not ready nothing of it is due.

    Args:
        connection: an open writing transaction.
        run: the run.
    """
    await connection.execute(insert(runs).values(_run_row(run)))


async def pause(connection: AsyncConnection, run_id: str, by: str, reason: PauseReason, now: datetime) -> bool:
    """Let nothing more of a run be claimed; returns False when it stood still already.

    Args:
        connection: an open writing transaction.
        run_id: the run.
        by: who stops it.
        reason: why.
        now: the present moment.
    """
    stop = update(runs).where(runs.c.id == run_id, runs.c.paused.is_(None))
    result = await connection.execute(stop.values(paused=now, paused_by=by, pause_reason=reason))
    return result.rowcount == 1


async def resume(connection: AsyncConnection, run_id: str, now: datetime) -> bool:
    """Let a run go on, also one that is late; returns False when it was not paused.

    Args:
        connection: an open writing transaction.
        run_id: the run.
        now: the present moment.
    """
    go_on = update(runs).where(runs.c.id == run_id, runs.c.paused.is_not(None))
    changes = {"paused": None, "paused_by": None, "pause_reason": None, "confirmed": now}
    return (await connection.execute(go_on.values(changes))).rowcount == 1


async def was_confirmed_since(connection: AsyncConnection, moment: datetime) -> bool:
    """Tell whether a person has said yes to any run since a moment.

    Args:
        connection: an open transaction.
        moment: by the clock of the database.
    """
    return bool(await connection.scalar(select(exists().where(runs.c.confirmed >= moment))))


async def confirm(connection: AsyncConnection, run_id: str, now: datetime) -> None:
    """Let a run begin although it is late.

    Args:
        connection: an open writing transaction.
        run_id: the run.
        now: the present moment.
    """
    await connection.execute(update(runs).where(runs.c.id == run_id).values(confirmed=now))


async def add_event(connection: AsyncConnection, run_id: str, event: RunEvent) -> None:
    """Append to the history of a run.

    Args:
        connection: an open writing transaction.
        run_id: the run.
        event: what was done to it.
    """
    fields = {name: getattr(event, name) for name in RunEvent.__dataclass_fields__}
    await connection.execute(insert(run_events).values(run_id=run_id, **fields))


async def events(connection: AsyncConnection, run_id: str) -> tuple[RunEvent, ...]:
    """Give the history of a run, oldest first.

    Args:
        connection: an open transaction.
        run_id: the run.
    """
    query = select(run_events).where(run_events.c.run_id == run_id).order_by(run_events.c.id)
    names = tuple(RunEvent.__dataclass_fields__)
    rows = [{name: row[name] for name in names} for row in (await connection.execute(query)).mappings()]
    return restore(tuple[RunEvent, ...], rows)


async def cancel(connection: AsyncConnection, run_id: str, by: str, now: datetime) -> bool:
    """Cancel a run: it stands still until it is reopened; returns False when it did already.

    Args:
        connection: an open writing transaction.
        run_id: the run.
        by: who wants it.
        now: the present moment.
    """
    is_cancelled = func.coalesce(runs.c.pause_reason, "") == PauseReason.CANCELLED
    stop = update(runs).where(runs.c.id == run_id, ~is_cancelled)
    changes = {"paused": now, "paused_by": by, "pause_reason": PauseReason.CANCELLED}
    # nobody goes on writing the recipients of one that is not wanted
    changes["ready"] = func.coalesce(runs.c.ready, now)
    return (await connection.execute(stop.values(changes))).rowcount == 1


async def reopen(connection: AsyncConnection, run_id: str, by: str | None, now: datetime) -> bool:
    """Take the cancelling of a run back; returns False when it was not cancelled.

    Args:
        connection: an open writing transaction.
        run_id: the run.
        by: who takes it back: the run stands still until it is resumed; None when there is nothing to send.
        now: the present moment.
    """
    which = update(runs).where(runs.c.id == run_id, runs.c.pause_reason == PauseReason.CANCELLED)
    stands: dict[str, object] = {"paused": now, "paused_by": by, "pause_reason": PauseReason.PERSON}
    changes = dict.fromkeys(stands) if by is None else stands
    return (await connection.execute(which.values(changes))).rowcount == 1


async def cancelled_with_rest(connection: AsyncConnection) -> tuple[tuple[str, str], ...]:
    """Give id and canceller of the cancelled runs of which something is still waiting.

    Args:
        connection: an open transaction.
    """
    waits = [
        exists().where(deliveries.c.run_id == runs.c.id, deliveries.c.state == state)
        for state in (DeliveryState.PENDING, DeliveryState.DEFERRED)
    ]
    query = select(runs.c.id, runs.c.paused_by).where(runs.c.pause_reason == PauseReason.CANCELLED, or_(*waits))
    return tuple((row.id, row.paused_by or "") for row in await connection.execute(query))


async def unfinished(connection: AsyncConnection) -> tuple[str, ...]:
    """Give the ids of runs that still have something to send and are not paused.

    Args:
        connection: an open transaction.
    """
    left = [
        exists().where(deliveries.c.run_id == runs.c.id, deliveries.c.state == state)
        for state in DeliveryState
        if state not in FINAL_STATES
    ]
    query = select(runs.c.id).where(runs.c.paused.is_(None), or_(runs.c.ready.is_(None), *left))
    return tuple((await connection.execute(query)).scalars())


async def paused_among(connection: AsyncConnection, run_ids: Collection[str]) -> frozenset[str]:
    """Give those of the runs that stand still.

    Args:
        connection: an open transaction.
        run_ids: the runs.
    """
    # one that was opened again, because something in it was taken back, stands still until it is mended
    stands = or_(runs.c.paused.is_not(None), runs.c.ready.is_(None))
    query = select(runs.c.id).where(runs.c.id.in_(sorted(run_ids)), stands)
    return frozenset((await connection.execute(query)).scalars())


async def refusals(
    connection: AsyncConnection, run_id: str, waiting: Collection[RefusalClass]
) -> dict[tuple[DeliveryState, RefusalClass], int]:
    """Count the deliveries of a run that failed or wait, by class of refusal, since a person let it go on.

    Args:
        connection: an open transaction.
        run_id: the run.
        waiting: classes of those that wait; the others are not counted.
    """
    table = deliveries.c
    failed = and_(table.state == DeliveryState.FAILED, table.refusal.is_not(None))
    deferred = and_(table.state == DeliveryState.DEFERRED, table.refusal.in_(sorted(waiting)))
    since = await connection.scalar(select(runs.c.confirmed).where(runs.c.id == run_id))
    if since is not None:
        # what was refused before, the person has seen
        failed = and_(failed, table.finished > since)
        told = (delivery_events.c.delivery_id == table.id, delivery_events.c.at > since)
        deferred = and_(deferred, exists().where(*told, delivery_events.c.state == DeliveryState.DEFERRED))
    query = (
        select(table.state, table.refusal, func.count())
        .where(table.run_id == run_id, or_(failed, deferred))
        .group_by(table.state, table.refusal)
    )
    return {
        (DeliveryState(state), RefusalClass(refusal)): number
        for state, refusal, number in await connection.execute(query)
    }


async def served_addresses(
    connection: AsyncConnection, bulletin_id: str, mailing: Mailing, *, but_cancelled: bool = False
) -> frozenset[str]:
    """Give the addresses that have a delivery of this kind for this bulletin already, whatever the run.

    Args:
        connection: an open transaction.
        bulletin_id: the bulletin.
        mailing: kind of mailing.
        but_cancelled: who was left out by a cancelled run is not among them.
    """
    query = select(deliveries.c.address).where(
        deliveries.c.bulletin_id == bulletin_id,
        deliveries.c.mailing == mailing,
    )
    if but_cancelled:
        query = query.where(deliveries.c.state != DeliveryState.CANCELLED)
    return frozenset((await connection.execute(query)).scalars())


async def get(connection: AsyncConnection, run_id: str) -> Run:
    """Give a run.

    Args:
        connection: an open transaction.
        run_id: its id.

    Raises:
        NotFound: `run-unknown`.
    """
    row = (await connection.execute(select(runs).where(runs.c.id == run_id))).mappings().first()
    if row is None:
        raise NotFound("run-unknown", id=run_id)
    return restore(Run, dict(row))


async def list_all(connection: AsyncConnection, *, bulletin_id: str | None = None) -> tuple[Run, ...]:
    """Give the runs, newest first.

    Args:
        connection: an open transaction.
        bulletin_id: only those of one bulletin.
    """
    query = select(runs).order_by(runs.c.created.desc(), runs.c.id)
    if bulletin_id is not None:
        query = query.where(runs.c.bulletin_id == bulletin_id)
    return restore(tuple[Run, ...], [dict(row) for row in (await connection.execute(query)).mappings()])


async def counts(connection: AsyncConnection, run_ids: Sequence[str]) -> dict[str, RunCounts]:
    """Count the deliveries of runs by state, by one query, so that the numbers belong together.

    Args:
        connection: an open transaction.
        run_ids: the runs.
    """
    query = (
        select(deliveries.c.run_id, deliveries.c.state, func.count())
        .where(deliveries.c.run_id.in_(run_ids))
        .group_by(deliveries.c.run_id, deliveries.c.state)
    )
    by_run: dict[str, dict[DeliveryState, int]] = {run_id: {} for run_id in run_ids}
    for run_id, state, number in await connection.execute(query):
        by_run[run_id][DeliveryState(state)] = number
    return {run_id: RunCounts(sum(by_state.values()), by_state) for run_id, by_state in by_run.items()}


def _run_row(run: Run) -> dict[str, object]:
    return {
        "id": run.id,
        "bulletin_id": run.bulletin_id,
        "list_id": run.list_id,
        "mailing": run.mailing,
        "sign_off_id": run.sign_off_id,
        "created": run.created,
        "created_by": run.created_by,
        "schedule_id": run.schedule_id,
        "occurrence": run.occurrence,
        "excluded": run.excluded,
        "ready": run.ready,
    }
