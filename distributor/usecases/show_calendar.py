"""Show the working calendar that counts."""

from dataclasses import dataclass
from datetime import date, timedelta

import anyio

from distributor.store import calendars
from distributor.usecases.context import Context
from distributor.usecases.current_calendar import FILE, current_calendar


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One year of the calendar.

    Args:
        year: the year.
        published: whether its holidays are final.
        holidays: first day, last day and name of each holiday.
        working_days: weekends that are worked.
    """

    year: int
    published: bool
    holidays: tuple[tuple[date, date, str], ...]
    working_days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class ShownCalendar:
    """The calendar that counts.

    Args:
        text: as it was applied, or the file of the installation.
        years: this year and the next one.
    """

    text: str
    years: tuple[CalendarYear, ...]


async def show_calendar(context: Context) -> ShownCalendar:
    """Give text and holidays of the calendar.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        text = await calendars.newest(connection)
        calendar = await current_calendar(connection, context)
    if text is None:
        file = anyio.Path(context.config / FILE)
        text = await file.read_text("utf-8-sig") if await file.exists() else ""
    this = context.now().year
    years = []
    for year in (this, this + 1):
        days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
        days = [day for day in days if day.year == year]
        named = [(day, calendar.holiday(day)) for day in days]
        worked = tuple(day for day in days if day.weekday() >= 5 and calendar.is_working(day))  # noqa: PLR2004  Saturday
        years.append(CalendarYear(year, calendar.is_published(year), _blocks(named), worked))
    return ShownCalendar(text, tuple(years))


def _blocks(named: list[tuple[date, str | None]]) -> tuple[tuple[date, date, str], ...]:
    blocks: list[tuple[date, date, str]] = []
    for day, name in named:
        if name is None:
            continue
        if blocks and blocks[-1][2] == name and day - blocks[-1][1] == timedelta(days=1):
            blocks[-1] = (blocks[-1][0], day, name)
        else:
            blocks.append((day, day, name))
    return tuple(blocks)
