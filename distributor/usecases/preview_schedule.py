"""Show when lists get their mail: the next occurrences with their reasons, and a month of what was and will be."""

import calendar as months
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from distributor import schedule
from distributor.errors import NotFound
from distributor.model.schedule import Occurrence, Schedule
from distributor.schedule import WorkingCalendar
from distributor.store import runs, schedules
from distributor.store.schedules import ClaimedMoment, PlannedSchedule
from distributor.usecases.context import Context
from distributor.usecases.current_calendar import current_calendar
from distributor.usecases.list_runs import RunSummary

_MOST_IN_A_MONTH = 200


@dataclass(frozen=True, slots=True)
class Overview:
    """The schedules of the house.

    Args:
        planned: all of them.
        asking: occurrences that wait for a person.
        unpublished: years whose holidays should be known by now and are not.
    """

    planned: tuple[PlannedSchedule, ...]
    asking: tuple[ClaimedMoment, ...]
    unpublished: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a month.

    Args:
        day: the day.
        is_inside: whether it belongs to the month, and not to a week at its edge.
        is_working: whether it is worked.
        holiday: name of the holiday, or None.
        claimed: occurrences that were claimed, each with its runs.
        coming: occurrences that are expected.
    """

    day: date
    is_inside: bool
    is_working: bool
    holiday: str | None
    claimed: tuple[tuple[ClaimedMoment, tuple[RunSummary, ...]], ...] = ()
    coming: tuple[tuple[str, Occurrence], ...] = ()


async def survey_schedules(context: Context) -> Overview:
    """Give the schedules, what waits for a person, and which years are provisional.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        planned = await schedules.load(connection)
        asking = await schedules.asking(connection)
        calendar = await current_calendar(connection, context)
    return Overview(planned, asking, calendar.unpublished(context.now().date()))


async def preview_schedule(context: Context, wanted: Schedule, count: int = 12) -> tuple[Occurrence, ...]:
    """Give the next occurrences of a schedule that need not be saved.

    Args:
        context: the installation.
        wanted: the schedule.
        count: how many at most.
    """
    async with context.database.read() as connection:
        calendar = await current_calendar(connection, context)
    return schedule.upcoming(wanted, context.now(), calendar, count)


async def find_schedule(context: Context, schedule_id: str) -> PlannedSchedule:
    """Give one schedule.

    Args:
        context: the installation.
        schedule_id: its id.

    Raises:
        NotFound: `schedule-unknown`.
    """
    async with context.database.read() as connection:
        planned = await schedules.load(connection)
    found = next((one for one in planned if one.schedule.id == schedule_id), None)
    if found is None:
        known = "、".join(one.schedule.id for one in planned)
        raise NotFound("schedule-unknown", id=schedule_id, known=known)
    return found


async def show_month(context: Context, year: int, month: int) -> tuple[tuple[Day, ...], ...]:
    """Give the weeks of a month, Monday first, with holidays, what was claimed and what is expected.

    Args:
        context: the installation.
        year: the year.
        month: 1 to 12.
    """
    weeks = months.Calendar().monthdatescalendar(year, month)
    zone = ZoneInfo(context.publication.time_zone)
    begin = datetime.combine(weeks[0][0], datetime.min.time(), zone)
    end = datetime.combine(weeks[-1][-1] + timedelta(days=1), datetime.min.time(), zone)
    async with context.database.read() as connection:
        calendar = await current_calendar(connection, context)
        planned = await schedules.load(connection)
        claimed = await schedules.claimed_between(connection, begin, end)
        every = await runs.list_all(connection)
        mine = [one for one in every if one.occurrence is not None and begin <= one.occurrence < end]
        counts = await runs.counts(connection, [one.id for one in mine])
    summaries: dict[tuple[str | None, datetime | None], list[RunSummary]] = {}
    for run in mine:
        summaries.setdefault((run.schedule_id, run.occurrence), []).append(RunSummary(run, counts[run.id]))
    coming = _coming(planned, max(begin, context.now()), end, calendar)
    return tuple(
        tuple(
            Day(
                day=day,
                is_inside=day.month == month,
                is_working=calendar.is_working(day),
                holiday=calendar.holiday(day),
                claimed=tuple(
                    (one, tuple(summaries.get((one.schedule_id, one.moment), ())))
                    for one in claimed
                    if one.moment.astimezone(zone).date() == day
                ),
                coming=tuple(coming.get(day, ())),
            )
            for day in week
        )
        for week in weeks
    )


def _coming(
    planned: tuple[PlannedSchedule, ...], begin: datetime, end: datetime, calendar: WorkingCalendar
) -> Mapping[date, list[tuple[str, Occurrence]]]:
    found: dict[date, list[tuple[str, Occurrence]]] = {}
    for one in planned:
        if one.schedule.enabled:
            ahead = schedule.upcoming(one.schedule, begin, calendar, _MOST_IN_A_MONTH)
            for occurrence in takewhile(lambda each: each.moment < end, ahead):
                found.setdefault(occurrence.moment.date(), []).append((one.schedule.id, occurrence))
    for day in found.values():
        day.sort(key=lambda pair: pair[1].moment)
    return found
