"""Which days are worked: as the secretariat applied it, or as the file of the installation says."""

import tomllib
from datetime import datetime
from functools import lru_cache

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import schedule
from distributor.errors import Misconfigured
from distributor.schedule import WorkingCalendar
from distributor.store import calendars, schedules
from distributor.usecases.context import Context

FILE = "calendar.toml"


async def current_calendar(connection: AsyncConnection, context: Context) -> WorkingCalendar:
    """Give the calendar that counts.

    Args:
        connection: an open transaction.
        context: the installation.
    """
    text = await calendars.newest(connection)
    return context.calendar if text is None else read_calendar_text(text)


async def put_calendar(connection: AsyncConnection, text: str, by: str, now: datetime) -> None:
    """Let a calendar count from now on; every schedule that is still to come finds its moment anew.

    Args:
        connection: an open writing transaction.
        text: as in config/calendar.toml.
        by: who applies it.
        now: the present moment.

    Raises:
        Misconfigured: what is wrong with which year.
    """
    calendar = read_calendar_text(text)
    await calendars.add(connection, text, by, now)
    for planned in await schedules.load(connection):
        if planned.next_run_at is not None and planned.next_run_at > now:
            found = schedule.next_occurrence(planned.schedule, now, calendar)
            if found is not None:
                await schedules.set_next(connection, planned.schedule.id, found.moment)


@lru_cache(maxsize=4)
def read_calendar_text(text: str) -> WorkingCalendar:
    """Read a calendar.

    Args:
        text: as in config/calendar.toml.

    Raises:
        Misconfigured: `config-unreadable`, or what is wrong with which year.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured("config-unreadable", file=FILE, problem=error) from error
    return schedule.read_calendar(document, FILE)
