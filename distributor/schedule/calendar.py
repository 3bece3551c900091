"""The working calendar: published holidays, make-up working days (调休), and what the secretariat changes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType

import holidays

_WEEKEND = 5
_DAY = timedelta(days=1)
# from 1 November the arrangement of the next year is usually published
_ANNOUNCED_BY = (11, 1)
# days off that belong to another one; a person wants to read the feast: 春节 for the eve and for the days after
_SUBSTITUTE_MARKS = ("休息日", "补假", "除夕", "Day off", "observed", "Eve")


@dataclass(frozen=True, slots=True)
class YearOverride:
    """What the secretariat says about one year.

    Args:
        published: this is the whole arrangement of the year; what the library believes does not count.
        holidays: days off by name.
        working_days: days that are worked although they are weekends or holidays, with the reason.
    """

    published: bool = False
    holidays: Mapping[date, str] = field(default_factory=dict)
    working_days: Mapping[date, str] = field(default_factory=dict)


class WorkingCalendar:
    """Knows which days are worked.

    Args:
        base: country whose public holidays count (ISO 3166), or None for weekends alone.
        overrides: changes by year.
        language: language of the names of holidays, `zh_CN` or `en`.
    """

    def __init__(
        self, base: str | None = "CN", overrides: Mapping[int, YearOverride] | None = None, language: str = "zh_CN"
    ) -> None:
        self.base = base
        self.overrides = MappingProxyType(dict(overrides or {}))
        self._language = "en_US" if language == "en" else language
        self._off, self._worked = self._overridden()

    def _overridden(self) -> tuple[dict[date, str], dict[date, str]]:
        off: dict[date, str] = {}
        worked: dict[date, str] = {}
        for override in self.overrides.values():
            off.update(override.holidays)
            worked.update(override.working_days)
        return off, worked

    def difference(self, other: "WorkingCalendar") -> tuple[str, ...]:
        """Name what another calendar says otherwise: `base` and years; nothing when both say the same.

        Args:
            other: the calendar it is held against.
        """
        years = sorted({*self.overrides, *other.overrides})
        changed = (str(year) for year in years if self.overrides.get(year) != other.overrides.get(year))
        return (*(("base",) if self.base != other.base else ()), *changed)

    def is_working(self, day: date) -> bool:
        """Tell whether a day is worked."""
        if day in self._worked:
            return True
        if day in self._off:
            return False
        known = self._known(day.year)
        if day.weekday() >= _WEEKEND:
            return day in known.working_days
        return day not in known.holidays

    def holiday(self, day: date) -> str | None:
        """Give the name of the holiday a day off belongs to, None for a plain weekend or a working day.

        A substitute day has the name of the feast it lengthens: 国庆节 for the whole week of 1 October.
        """
        if self.is_working(day):
            return None
        names = [name for free in self._block(day) for name in self._names(free)]
        return "、".join(dict.fromkeys(names)) or None

    def following(self, day: date) -> date:
        """Give the next working day, the day itself when it is one."""
        return next(d for d in _walk(day, _DAY) if self.is_working(d))

    def preceding(self, day: date) -> date:
        """Give the working day before, the day itself when it is one."""
        return next(d for d in _walk(day, -_DAY) if self.is_working(d))

    def nth_working_day(self, year: int, month: int, number: int) -> date | None:
        """Give the n-th working day of a month, counted from its end when the number is negative.

        Args:
            year: the year.
            month: 1 to 12.
            number: 1 is the first, -1 the last.

        Returns:
            None when the month has fewer working days.
        """
        step = _DAY if number > 0 else -_DAY
        begin = date(year, month, 1) if number > 0 else _last_of_month(year, month)
        days = [d for d in _walk(begin, step, count=31) if d.month == month and self.is_working(d)]
        return days[abs(number) - 1] if abs(number) <= len(days) else None

    def is_published(self, year: int) -> bool:
        """Tell whether the holidays of a year are final; before the State Council's notice they are a guess."""
        override = self.overrides.get(year)
        if override is not None and override.published:
            return True
        return self.base is None or _library(self.base, self._language, year).published

    def unpublished(self, today: date) -> tuple[int, ...]:
        """Give the years that should be known by now and are not: this one, and from 1 November the next one.

        Args:
            today: the present day.
        """
        years = [today.year]
        if (today.month, today.day) >= _ANNOUNCED_BY:
            years.append(today.year + 1)
        return tuple(year for year in years if not self.is_published(year))

    def _block(self, day: date) -> Iterator[date]:
        first = self.preceding(day) + _DAY
        last = self.following(day)
        return (first + timedelta(days=n) for n in range((last - first).days))

    def _names(self, day: date) -> Iterator[str]:
        name = self._off.get(day) or self._known(day.year).holidays.get(day, "")
        parts = (part.strip() for part in name.split(";"))
        return (part for part in parts if part and not any(mark in part for mark in _SUBSTITUTE_MARKS))

    def _known(self, year: int) -> "_Year":
        override = self.overrides.get(year)
        if self.base is None or (override is not None and override.published):
            return _NOTHING
        return _library(self.base, self._language, year)


@dataclass(frozen=True, slots=True)
class _Year:
    holidays: Mapping[date, str] = field(default_factory=dict)
    working_days: frozenset[date] = frozenset()
    published: bool = True


_NOTHING = _Year()


@cache
def _library(base: str, language: str, year: int) -> _Year:
    """Ask the library for one year; make-up days stand in the year whose holiday they pay for, often the next one."""
    plain = holidays.country_holidays(base, years=year)
    # without a language the library would take that of the machine
    spoken = language if language in plain.supported_languages else plain.default_language
    known = holidays.country_holidays(base, years=(year, year + 1), language=spoken)
    # only China decides anew every year; everywhere else the law says it for good
    published = base != "CN" or year in getattr(known, "special_public_holidays", {})
    return _Year(
        holidays={day: name for day, name in known.items() if day.year == year},
        working_days=frozenset(day for day in known.weekend_workdays if day.year == year),
        published=published,
    )


def _walk(day: date, step: timedelta, count: int = 400) -> Iterator[date]:
    return (day + step * n for n in range(count))


def _last_of_month(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - _DAY
