"""Reading config/calendar.toml: holidays and make-up working days (调休) beside the library's."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from distributor.errors import Misconfigured
from distributor.schedule.calendar import WorkingCalendar, YearOverride

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
    _only(document, {"base", "year"}, file, "")
    base = document.get("base", "CN")
    if base not in _BASES:
        raise Misconfigured("entry-choice", file=file, entry="", key="base", value=base, choices='"CN", ""')
    years = document.get("year", {})
    if not isinstance(years, Mapping):
        raise Misconfigured("entry-value", file=file, entry="", key="year", value=years)
    overrides = {_year(key, file): _override(_year(key, file), table, file) for key, table in years.items()}
    return WorkingCalendar(str(base) or None, overrides, language)


def _year(key: object, file: str) -> int:
    text = str(key)
    if not text.isascii() or not text.isdecimal() or not _FIRST_YEAR <= int(text) <= _LAST_YEAR:
        raise Misconfigured("calendar-year", file=file, entry=f"year.{text}", value=text)
    return int(text)


def _override(year: int, table: object, file: str) -> YearOverride:
    entry = f"year.{year}"
    if not isinstance(table, Mapping):
        raise Misconfigured("entry-value", file=file, entry=entry, key=str(year), value=table)
    _only(table, {"published", "holidays", "working_days"}, file, entry)
    published = table.get("published", False)
    if not isinstance(published, bool):
        raise Misconfigured("entry-value", file=file, entry=entry, key="published", value=published)
    place = _Place(year, file, entry)
    holidays = {day: name for item in place.items(table, "holidays") for day, name in place.holiday(item)}
    worked = {place.day(item, "working_days"): "" for item in place.items(table, "working_days")}
    both = sorted(set(holidays) & set(worked))
    if both:
        raise Misconfigured("calendar-both", file=file, entry=entry, date=both[0].isoformat())
    return YearOverride(published, holidays, worked)


class _Place:
    """Reads the entries of one year and knows where they stand."""

    def __init__(self, year: int, file: str, entry: str) -> None:
        self._year = year
        self._file = file
        self._entry = entry

    def items(self, table: Mapping[str, object], key: str) -> list[object]:
        value = table.get(key, [])
        if not isinstance(value, list):
            raise self._refuse("entry-value", key=key, value=value)
        return value

    def day(self, value: object, key: str) -> date:
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self._refuse("entry-value", key=key, value=value)
        # a notice for one year may begin in the last days of the year before
        if value.year != self._year and (value.year, value.month) != (self._year - 1, 12):
            raise self._refuse("calendar-wrong-year", date=value.isoformat(), year=self._year)
        return value

    def holiday(self, item: object) -> Iterator[tuple[date, str]]:
        if not isinstance(item, Mapping):
            raise self._refuse("entry-value", key="holidays", value=item)
        _only(item, {"from", "to", "name"}, self._file, self._entry)
        name = item.get("name")
        if not isinstance(name, str) or not name.strip():
            raise self._refuse("entry-value", key="name", value=name)
        first = self.day(item.get("from"), "from")
        last = self.day(item.get("to", first), "to")
        if not timedelta() <= last - first <= _DAY * _LONGEST_HOLIDAY:
            raise self._refuse("calendar-backwards", date=first.isoformat(), to=last.isoformat())
        return ((first + _DAY * n, name.strip()) for n in range((last - first).days + 1))

    def _refuse(self, code: str, **parameters: object) -> Misconfigured:
        return Misconfigured(code, file=self._file, entry=self._entry, **parameters)


def _only(table: Mapping[str, object], known: set[str], file: str, entry: str) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise Misconfigured("entry-key-unknown", file=file, entry=entry, key=unknown[0])
