"""Occurrences of the last days that should have begun and did not, whatever kept them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.store.tables import digest_runs, occurrences, runs, schedules

# what needs nobody: it went out, there was nothing to send, or a person let it go
_SETTLED: Final = ("sent", "empty", "skip")


class Hindrance(StrEnum):
    """Why an occurrence did not begin; the sentence is `desk.unbegun.<value>`."""

    ASK = "ask"
    BLOCKED = "blocked"
    OVERDUE = "overdue"
    UNPREPARED = "unprepared"


@dataclass(frozen=True, slots=True)
class Unbegun:
    """An occurrence that did not begin.

    Args:
        schedule_id: its schedule.
        list_id: the list it serves, None when the schedule is gone.
        moment: when it should have begun.
        hindrance: it asks a person, something blocks it, nobody has looked at it, or its digests cannot be written.
    """

    schedule_id: str
    list_id: str | None
    moment: datetime
    hindrance: Hindrance


async def unbegun(connection: AsyncConnection, since: datetime, late: datetime) -> tuple[Unbegun, ...]:
    """Give what should have begun and did not, oldest first.

    Args:
        connection: an open transaction.
        since: nothing before this moment.
        late: what was due before this moment should have begun by now.
    """
    found: list[Unbegun] = []
    for query, hindrance in _queries(since, late):
        found += [Unbegun(row[0], row[1], row[2], hindrance) for row in await connection.execute(query)]
    return tuple(sorted(found, key=lambda one: (one.moment, one.schedule_id)))


def _queries(since: datetime, late: datetime) -> Iterator[tuple[Select[Any], Hindrance]]:
    claimed = (
        select(occurrences.c.schedule_id, schedules.c.list_id, occurrences.c.moment)
        .outerjoin(schedules, schedules.c.id == occurrences.c.schedule_id)
        .where(occurrences.c.moment >= since)
    )
    yield claimed.where(occurrences.c.outcome == Hindrance.ASK), Hindrance.ASK
    yield claimed.where(occurrences.c.outcome.not_in((*_SETTLED, Hindrance.ASK))), Hindrance.BLOCKED
    waiting = select(schedules.c.id, schedules.c.list_id, schedules.c.next_run_at)
    yield waiting.where(schedules.c.next_run_at < late), Hindrance.OVERDUE
    yield (
        select(runs.c.schedule_id, runs.c.list_id, runs.c.occurrence)
        .join(digest_runs, digest_runs.c.run_id == runs.c.id)
        .where(~digest_runs.c.ready, runs.c.created >= since, runs.c.created < late),
        Hindrance.UNPREPARED,
    )
