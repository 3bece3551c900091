"""What to do about a schedule at this moment; the database decides who does it."""

from datetime import UTC, datetime

from distributor.model.schedule import Due, DueAction, Misfire, Schedule
from distributor.schedule.calendar import WorkingCalendar
from distributor.schedule.occurrences import next_occurrence


def due(schedule: Schedule, next_run_at: datetime, now: datetime, calendar: WorkingCalendar) -> Due:
    """Decide about the occurrence that is next in line; call it again for the following one until it says WAIT.

    Args:
        schedule: the schedule.
        next_run_at: moment of the occurrence next in line.
        now: the present moment.
        calendar: which days are worked.

    Returns:
        WAIT before its moment or while the schedule is off, RUN within the catch-up window, afterwards what the
        misfire policy says; with the occurrence to put next in line unless it says WAIT.
    """
    late = now.astimezone(UTC) - next_run_at.astimezone(UTC)
    if late.total_seconds() < 0 or not schedule.enabled:
        return Due(DueAction.WAIT)
    following = next_occurrence(schedule, next_run_at, calendar)
    outdated = following is not None and following.moment.astimezone(UTC) <= now.astimezone(UTC)
    if schedule.misfire is Misfire.LAST_ONLY and outdated:
        return Due(DueAction.SKIP, following)
    if late <= schedule.catch_up or schedule.misfire is Misfire.CATCH_UP:
        return Due(DueAction.RUN, following)
    return Due(DueAction.SKIP if schedule.misfire is Misfire.SKIP else DueAction.ASK, following)
