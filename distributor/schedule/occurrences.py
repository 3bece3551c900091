"""When a schedule runs: trigger, working days, window and clock changes applied in this order."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from distributor.model.schedule import Occurrence, Schedule, Shift, TriggerKind, WorkingDayPolicy
from distributor.schedule.calendar import WorkingCalendar
from distributor.schedule.ticks import ticks

_DAY = timedelta(days=1)


def next_occurrence(schedule: Schedule, after: datetime, calendar: WorkingCalendar) -> Occurrence | None:
    """Give the first occurrence after a moment; occurrences of one schedule strictly increase.

    Args:
        schedule: the schedule; whether it is enabled does not matter here.
        after: a moment with its zone.
        calendar: which days are worked.

    Returns:
        None when there is none: after a given moment has passed, and always for a trigger on publication.
    """
    best: Occurrence | None = None
    for planned in _planned(schedule, after, calendar):
        if best is not None and planned.date() > _horizon(best, calendar):
            break
        found = settle(schedule, planned, calendar)
        if found is not None and _utc(found.moment) > _utc(after) and _earlier(found, best):
            best = found
    return best


def upcoming(schedule: Schedule, after: datetime, calendar: WorkingCalendar, count: int = 12) -> tuple[Occurrence, ...]:
    """Preview the next occurrences with their reasons.

    Args:
        schedule: the schedule.
        after: a moment with its zone.
        calendar: which days are worked.
        count: how many at most.
    """
    found: list[Occurrence] = []
    while len(found) < count:
        occurrence = next_occurrence(schedule, found[-1].moment if found else after, calendar)
        if occurrence is None:
            break
        found.append(occurrence)
    return tuple(found)


def on_publication(schedule: Schedule, published: datetime, calendar: WorkingCalendar) -> Occurrence | None:
    """Give the moment at which a bulletin published just now goes out: at once, or when the window opens.

    Args:
        schedule: a schedule with a trigger on publication.
        published: when it was published, with its zone.
        calendar: which days are worked.

    Returns:
        None when the policy lets it go because the day is no working day.
    """
    local = published.astimezone(ZoneInfo(schedule.time_zone))
    found = settle(schedule, local.replace(tzinfo=None, fold=0), calendar)
    if found is None or found.shifts:
        return found
    # no detour over the wall clock, so that an hour that comes twice stays the one it was
    return Occurrence(local, local, (), found.provisional)


def settle(schedule: Schedule, planned: datetime, calendar: WorkingCalendar) -> Occurrence | None:
    """Move a planned time to where the working-day policy, the window and the clock allow it.

    Args:
        schedule: policy, window and zone.
        planned: wall-clock time, without zone.
        calendar: which days are worked.

    Returns:
        None when the policy skips it.
    """
    day, shifts = _to_working_day(schedule, planned.date(), calendar)
    if day is None:
        return None
    moved = datetime.combine(day, planned.time())
    opened = _into_window(schedule, moved, calendar)
    if opened != moved:
        shifts.append(Shift("window", _dated(opened.date())))
    zone = ZoneInfo(schedule.time_zone)
    moment = _localize(opened, zone)
    if moment.replace(tzinfo=None, fold=0) != opened:
        shifts.append(Shift("clock-change", _dated(opened.date())))
    short = _short_month(schedule, planned.date())
    provisional = _depends_on_calendar(schedule) and not _all_published(calendar, planned.date(), moment.date())
    return Occurrence(moment, _localize(planned, zone), (*short, *shifts), provisional)


def _planned(schedule: Schedule, after: datetime, calendar: WorkingCalendar) -> Iterator[datetime]:
    trigger = schedule.trigger
    if trigger.kind is TriggerKind.AT and trigger.moment is not None:
        return iter((trigger.moment,))
    if trigger.recurrence is None:
        return iter(())
    local = after.astimezone(ZoneInfo(schedule.time_zone)).date()
    # what was planned on the free days just before may still be ahead
    since = calendar.preceding(local - _DAY) - _DAY
    return ticks(trigger.recurrence, datetime.combine(since, time()), calendar)


def _horizon(best: Occurrence, calendar: WorkingCalendar) -> date:
    """Give the last day from which something may be moved to before the best found so far."""
    return calendar.following(best.moment.date() + _DAY) + _DAY


def _earlier(found: Occurrence, best: Occurrence | None) -> bool:
    # of several that meet at one moment, the one that was planned there gives the reason: none
    return best is None or (_utc(found.moment), len(found.shifts)) < (_utc(best.moment), len(best.shifts))


def _to_working_day(schedule: Schedule, day: date, calendar: WorkingCalendar) -> tuple[date | None, list[Shift]]:
    policy = schedule.working_day
    if policy is WorkingDayPolicy.IGNORE or calendar.is_working(day):
        return day, []
    if policy is WorkingDayPolicy.SKIP:
        return None, []
    moved = calendar.following(day) if policy is WorkingDayPolicy.NEXT else calendar.preceding(day)
    name = calendar.holiday(day)
    if name is None:
        return moved, [Shift(f"weekend-{policy.value}", _dated(moved))]
    return moved, [Shift(f"holiday-{policy.value}", {**_dated(moved), "holiday": name})]


def _into_window(schedule: Schedule, moment: datetime, calendar: WorkingCalendar) -> datetime:
    window = schedule.window
    if window is None or window.opens <= moment.time() < window.closes:
        return moment
    if moment.time() < window.opens:
        return datetime.combine(moment.date(), window.opens)
    day = moment.date() + _DAY
    if schedule.working_day is not WorkingDayPolicy.IGNORE:
        day = calendar.following(day)
    return datetime.combine(day, window.opens)


def _localize(wall: datetime, zone: ZoneInfo) -> datetime:
    """Find the moment of a wall-clock time; one that is left out becomes the moment at which the clock jumps."""
    moment = wall.replace(tzinfo=zone, fold=0)
    back = moment.astimezone(UTC).astimezone(zone)
    if back.replace(tzinfo=None, fold=0) == wall:
        return moment
    before, after = moment.utcoffset(), wall.replace(tzinfo=zone, fold=1).utcoffset()
    return _jump(wall - _gap(before, after), wall + _gap(before, after), zone)


def _gap(one: timedelta | None, other: timedelta | None) -> timedelta:
    return abs((one or timedelta()) - (other or timedelta()))


def _jump(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """Find the first moment after a gap, to the second, by halving."""
    begin, end = (wall.replace(tzinfo=zone).astimezone(UTC) for wall in (low, high))
    old = begin.astimezone(zone).utcoffset()
    while end - begin > timedelta(seconds=1):
        middle = begin + (end - begin) / 2
        if middle.astimezone(zone).utcoffset() == old:
            begin = middle
        else:
            end = middle
    return end.replace(microsecond=0).astimezone(zone)


def _short_month(schedule: Schedule, planned: date) -> tuple[Shift, ...]:
    wanted = schedule.trigger.recurrence.nth_day if schedule.trigger.recurrence else None
    if wanted is None or wanted == planned.day:
        return ()
    return (Shift("short-month", {**_dated(planned), "day": str(wanted)}),)


def _depends_on_calendar(schedule: Schedule) -> bool:
    recurrence = schedule.trigger.recurrence
    counts = recurrence is not None and (recurrence.working_days or recurrence.nth_working_day is not None)
    return counts or schedule.working_day is not WorkingDayPolicy.IGNORE


def _all_published(calendar: WorkingCalendar, *days: date) -> bool:
    return all(calendar.is_published(day.year) for day in days)


def _dated(day: date) -> dict[str, str]:
    return {"date": day.isoformat()}


def _utc(moment: datetime) -> datetime:
    # two moments of one zone are compared by wall clock, which is wrong where the clock is put back
    return moment.astimezone(UTC)
