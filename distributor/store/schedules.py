"""Schedules, when each runs next, and the occurrences that were claimed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.schedule import Schedule
from distributor.store.tables import occurrences, schedules
from distributor.store.values import restore


@dataclass(frozen=True, slots=True)
class ClaimedMoment:
    """An occurrence that was claimed.

    Args:
        schedule_id: the schedule.
        moment: its moment.
        outcome: sent, empty, ask, skip, or the code of what blocked it.
        decided_by: who said what becomes of one that asked, or None.
    """

    schedule_id: str
    moment: datetime
    outcome: str
    decided_by: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedSchedule:
    """A schedule and when it runs next.

    Args:
        schedule: the schedule.
        since: from when on it serves what is published.
        next_run_at: the next moment, None when nothing is waiting.
    """

    schedule: Schedule
    since: datetime
    next_run_at: datetime | None


async def replace(connection: AsyncConnection, planned: Sequence[PlannedSchedule]) -> None:
    """Put schedules in the place of those that are kept; one that is known keeps its `since`.

    Args:
        connection: an open writing transaction.
        planned: all schedules.
    """
    kept = await connection.execute(select(schedules.c.id, schedules.c.since))
    known: dict[str, datetime] = {row.id: row.since for row in kept}
    await connection.execute(delete(schedules))
    rows = [
        {
            "id": entry.schedule.id,
            "position": position,
            "list_id": entry.schedule.list_id,
            "definition": entry.schedule,
            "since": known.get(entry.schedule.id, entry.since),
            "next_run_at": entry.next_run_at,
        }
        for position, entry in enumerate(planned)
    ]
    if rows:
        await connection.execute(insert(schedules), rows)


async def load(connection: AsyncConnection) -> tuple[PlannedSchedule, ...]:
    """Give all schedules in the order in which they were written."""
    return await _load(connection, due_at=None)


async def save(connection: AsyncConnection, planned: PlannedSchedule) -> None:
    """Put one schedule in the place of the one with its id, or behind all others.

    Args:
        connection: an open writing transaction.
        planned: the schedule.
    """
    values = {
        "list_id": planned.schedule.list_id,
        "definition": planned.schedule,
        "since": planned.since,
        "next_run_at": planned.next_run_at,
    }
    known = update(schedules).where(schedules.c.id == planned.schedule.id)
    if (await connection.execute(known.values(values))).rowcount:
        return
    last = int(await connection.scalar(select(func.coalesce(func.max(schedules.c.position), -1))) or 0)
    await connection.execute(insert(schedules).values(id=planned.schedule.id, position=last + 1, **values))


async def remove(connection: AsyncConnection, schedule_id: str) -> None:
    """Forget a schedule; what was claimed of it stays on record.

    Args:
        connection: an open writing transaction.
        schedule_id: the schedule.
    """
    await connection.execute(delete(schedules).where(schedules.c.id == schedule_id))


async def claimed_between(connection: AsyncConnection, begin: datetime, end: datetime) -> tuple[ClaimedMoment, ...]:
    """Give what was claimed of all schedules in a span of time, in order.

    Args:
        connection: an open transaction.
        begin: first moment.
        end: first moment after it.
    """
    query = select(occurrences).where(occurrences.c.moment >= begin, occurrences.c.moment < end)
    rows = await connection.execute(query.order_by(occurrences.c.moment, occurrences.c.schedule_id))
    return tuple(ClaimedMoment(row.schedule_id, row.moment, row.outcome, row.decided_by) for row in rows)


async def asking(connection: AsyncConnection) -> tuple[ClaimedMoment, ...]:
    """Give the occurrences that wait for a person, oldest first.

    Args:
        connection: an open transaction.
    """
    query = select(occurrences).where(occurrences.c.outcome == "ask").order_by(occurrences.c.moment)
    return tuple(ClaimedMoment(row.schedule_id, row.moment, row.outcome) for row in await connection.execute(query))


async def decide(
    connection: AsyncConnection, schedule_id: str, moment: datetime, outcome: str, by: str, now: datetime
) -> bool:
    """Write down what a person decided; returns False when the occurrence does not ask any more.

    Args:
        connection: an open writing transaction.
        schedule_id: the schedule.
        moment: its moment.
        outcome: what becomes of it.
        by: who decides.
        now: the present moment.
    """
    asks = update(occurrences).where(
        occurrences.c.schedule_id == schedule_id, occurrences.c.moment == moment, occurrences.c.outcome == "ask"
    )
    return (await connection.execute(asks.values(outcome=outcome, decided=now, decided_by=by))).rowcount == 1


async def claim_due(connection: AsyncConnection, now: datetime) -> tuple[PlannedSchedule, ...]:
    """Give the schedules whose moment has come; on PostgreSQL those another scheduler holds are passed over.

    Args:
        connection: an open writing transaction; it must advance every schedule it is given.
        now: the present moment.
    """
    return await _load(connection, due_at=now)


async def set_next(connection: AsyncConnection, schedule_id: str, moment: datetime | None) -> None:
    """Say when a schedule runs next.

    Args:
        connection: an open writing transaction.
        schedule_id: the schedule.
        moment: the moment, or None.
    """
    await connection.execute(update(schedules).where(schedules.c.id == schedule_id).values(next_run_at=moment))


async def last_occurrence(
    connection: AsyncConnection, schedule_id: str, before: datetime | None = None
) -> datetime | None:
    """Give the newest occurrence that was claimed, or None.

    Args:
        connection: an open transaction.
        schedule_id: the schedule.
        before: only one before this moment.
    """
    query = select(func.max(occurrences.c.moment)).where(occurrences.c.schedule_id == schedule_id)
    if before is not None:
        query = query.where(occurrences.c.moment < before)
    newest: datetime | None = await connection.scalar(query)
    return newest


async def was_decided_since(connection: AsyncConnection, schedule_id: str, moment: datetime) -> bool:
    """Whether the first occurrence that was claimed since a moment asks nobody any more; False while there is none.

    Args:
        connection: an open transaction.
        schedule_id: the schedule.
        moment: since when.
    """
    mine = (occurrences.c.schedule_id == schedule_id, occurrences.c.claimed >= moment)
    query = select(occurrences.c.outcome).where(*mine).order_by(occurrences.c.moment).limit(1)
    return await connection.scalar(query) not in {None, "ask"}


async def record_occurrence(
    connection: AsyncConnection,
    schedule_id: str,
    moment: datetime,
    claimed: datetime,
) -> bool:
    """Write down that an occurrence was claimed; returns False when it was before.

    Args:
        connection: an open writing transaction.
        schedule_id: the schedule.
        moment: its moment.
        claimed: now.
    """
    make = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    row = {"schedule_id": schedule_id, "moment": moment, "claimed": claimed, "outcome": "claimed"}
    query = make(occurrences).values(row).on_conflict_do_nothing().returning(occurrences.c.schedule_id)
    return await connection.scalar(query) is not None


async def set_outcome(connection: AsyncConnection, schedule_id: str, moment: datetime, outcome: str) -> None:
    """Write down what came of an occurrence.

    Args:
        connection: an open writing transaction.
        schedule_id: the schedule.
        moment: its moment.
        outcome: sent, empty, ask, skipped, or the code of what blocked it.
    """
    await connection.execute(
        update(occurrences)
        .where(occurrences.c.schedule_id == schedule_id, occurrences.c.moment == moment)
        .values(outcome=outcome),
    )


async def _load(connection: AsyncConnection, due_at: datetime | None) -> tuple[PlannedSchedule, ...]:
    query = select(schedules).order_by(schedules.c.position)
    if due_at is not None:
        query = query.where(schedules.c.next_run_at <= due_at).with_for_update(skip_locked=True)
    return tuple(
        PlannedSchedule(restore(Schedule, row["definition"]), row["since"], row["next_run_at"])
        for row in (await connection.execute(query)).mappings()
    )
