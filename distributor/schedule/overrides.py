"""Reading config/calendar.toml: holidays and make-up working days (调休) beside the library's."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from distributor.schedule.calendar import WorkingCalendar, YearOverride
from distributor.schedule.entries import Entry

_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_BASES: Final = ("CN", "")
_LONGEST_HOLIDAY: Final = 60
_DAY = timedelta(days=1)


def read_calendar(document: Mapping[str, object], file: str, language: str = "zh_CN") -> WorkingCalendar:
    """Read the working calendar.

    Args:
        document: the parsed TOML: `base` and tables `[year.2027]` with `published`, `holidays` (from, to, name) and
            `working_days` (dates).
        file: its name, for the sentence of an error.
        language: language of the names of holidays.

    Raises:
        Misconfigured: `entry-key-unknown`, `entry-value`, `entry-choice`, `calendar-year`, `calendar-wrong-year`,
            `calendar-backwards`, `calendar-both`, with file and entry.
    """
    root = Entry(file, "", document)
    root.only(("base", "year"))
    base = document.get("base", "CN")
    if base not in _BASES:
        raise root.refuse("entry-choice", key="base", value=base, choices='"CN", ""')
    years = root.table("year", document.get("year", {}), "year").values
    overrides = dict(_year(root.table(f"year.{key}", table, f"year.{key}"), str(key)) for key, table in years.items())
    return WorkingCalendar(str(base) or None, overrides, language)


def _year(entry: Entry, key: str) -> tuple[int, YearOverride]:
    if not (key.isascii() and key.isdecimal() and _FIRST_YEAR <= int(key) <= _LAST_YEAR):
        raise entry.refuse("calendar-year", value=key)
    year = int(key)
    entry.only(("published", "holidays", "working_days"))
    off = {day: name for item in entry.entries("holidays") for day, name in _holiday(entry, item, year)}
    worked = {_day(entry, item, "working_days", year): "" for item in entry.entries("working_days")}
    if both := sorted(off.keys() & worked.keys()):
        raise entry.refuse("calendar-both", date=both[0].isoformat())
    return year, YearOverride(entry.flag("published", default=False), off, worked)


def _day(entry: Entry, value: object, key: str, year: int) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise entry.wrong(key, value)
    # a notice for one year may begin in the last days of the year before
    if value.year != year and (value.year, value.month) != (year - 1, 12):
        raise entry.refuse("calendar-wrong-year", date=value.isoformat(), year=year)
    return value


def _holiday(entry: Entry, item: object, year: int) -> Iterator[tuple[date, str]]:
    holiday = entry.table(entry.name, item, "holidays")
    holiday.only(("from", "to", "name"))
    name = holiday.text("name")
    first = _day(entry, holiday.values.get("from"), "from", year)
    last = _day(entry, holiday.values.get("to", first), "to", year)
    if not timedelta() <= last - first <= _DAY * _LONGEST_HOLIDAY:
        raise entry.refuse("calendar-backwards", date=first.isoformat(), to=last.isoformat())
    return ((first + _DAY * n, name) for n in range((last - first).days + 1))
