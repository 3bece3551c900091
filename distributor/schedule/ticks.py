"""Trigger maths: the only part of the room that speaks to APScheduler."""

import calendar
import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from apscheduler.triggers.cron import CronTrigger

from distributor.model.schedule import Recurrence

# the rarest date, 29 February, comes at least every eight years
_FAR = timedelta(days=366 * 9)


class Days(Protocol):
    """Knows which days are worked."""

    def is_working(self, day: date) -> bool:
        """Tell whether a day is worked."""

    def nth_working_day(self, year: int, month: int, number: int) -> date | None:
        """Give the n-th working day of a month, None when it has fewer."""


def ticks(recurrence: Recurrence, since: datetime, days: Days) -> Iterator[datetime]:
    """Give the wall-clock times of a recurrence, in order.

    The maths are done on wall-clock times without any zone: an hour that a zone leaves out or has twice never
    reaches the trigger, so that every date has each of its times exactly once.

    Args:
        recurrence: the pattern.
        since: first wall-clock time that counts, without zone.
        days: which days are worked.
    """
    begin = since
    if recurrence.nth_day is not None or recurrence.nth_working_day is not None:
        begin = since.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found = (_on_day(tick, recurrence, days) for tick in _cron_ticks(recurrence, begin))
    return (tick for tick in found if tick is not None and tick >= since)


def _cron_ticks(recurrence: Recurrence, since: datetime) -> Iterator[datetime]:
    monthly = recurrence.nth_day is not None or recurrence.nth_working_day is not None
    trigger = CronTrigger(
        minute=recurrence.minute,
        hour=recurrence.hour,
        day="1" if monthly else recurrence.day,
        month=recurrence.month,
        day_of_week=recurrence.weekday,
        second=0,
        end_date=since.replace(tzinfo=UTC) + _FAR,
        timezone=UTC,
    )
    tick = trigger.get_next_fire_time(None, since.replace(tzinfo=UTC))
    while tick is not None:
        yield tick.replace(tzinfo=None)
        tick = trigger.get_next_fire_time(None, tick + timedelta(seconds=1))


def _on_day(tick: datetime, recurrence: Recurrence, days: Days) -> datetime | None:
    if recurrence.nth_day is not None:
        last = calendar.monthrange(tick.year, tick.month)[1]
        return tick.replace(day=min(recurrence.nth_day, last))
    if recurrence.nth_working_day is not None:
        day = days.nth_working_day(tick.year, tick.month, recurrence.nth_working_day)
        return None if day is None else datetime.combine(day, tick.time())
    return tick if not recurrence.working_days or days.is_working(tick.date()) else None


def is_sound(recurrence: Recurrence) -> bool:
    """Tell whether the fields can be read and ever come true.

    Args:
        recurrence: the pattern.
    """
    try:
        found = itertools.islice(_cron_ticks(recurrence, datetime(2024, 1, 1)), 1)  # noqa: DTZ001  wall-clock time
        return next(found, None) is not None
    except ValueError:
        return False
