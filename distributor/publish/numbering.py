"""Issue numbers: what number comes next, and which is doubled, missing or out of order; pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from distributor.model.bulletin import Masthead
from distributor.model.finding import Finding, Level

_DIGITS: Final = "〇一二三四五六七八九"
_UNITS: Final = {"十": 10, "百": 100, "千": 1000}
_NUMERAL: Final = rf"\d+|[{_DIGITS}零十百千]+"
_TOTAL: Final = re.compile(rf"总\s*第?\s*({_NUMERAL})\s*期")
_EXTRA: Final = re.compile(rf"(增刊|特刊|专刊|号外)\s*[第（(]?\s*({_NUMERAL})?")
_NUMBER: Final = re.compile(rf"第\s*({_NUMERAL})\s*期")
_YEAR: Final = re.compile(r"(\d{4})\s*年")
_REGULAR: Final = ""


@dataclass(frozen=True, slots=True)
class IssueNumber:
    """The number of a bulletin as it is printed.

    Args:
        text: as printed.
        series: empty for the regular one, 增刊 and the like for one that counts by itself.
        year: of the bulletin, or None when nothing says it.
        number: in its series and year; None when only the number in all is printed.
        total: number in all (总第345期), or None.
        day: `YYYY-MM-DD` or `YYYY-MM` of the bulletin, or empty.
    """

    text: str
    series: str
    year: int | None
    number: int | None
    total: int | None
    day: str


def read_number(masthead: Masthead) -> IssueNumber | None:
    """Read the number of a bulletin, Chinese numerals as well; None when it has none that can be read."""
    text, day = masthead.issue or "", masthead.date or ""
    total = _TOTAL.search(text)
    rest = _TOTAL.sub("", text)
    extra = _EXTRA.search(rest)
    printed = extra[2] if extra else (found[1] if (found := _NUMBER.search(rest)) else None)
    # a single extra issue is the first one
    number = _value(printed) if printed else (1 if extra else None)
    if number is None and total is None:
        return None
    year = _YEAR.search(text) or re.match(r"(\d{4})", day)
    return IssueNumber(
        text=text,
        series=extra[1] if extra else _REGULAR,
        year=int(year[1]) if year else None,
        number=number,
        total=_value(total[1]) if total else None,
        day=day,
    )


def number_findings(masthead: Masthead, others: Iterable[Masthead]) -> tuple[Finding, ...]:
    """Hold the number of a bulletin against those of all others.

    Args:
        masthead: of the bulletin.
        others: of all other bulletins that were not withdrawn, in any order.

    Returns:
        `number-suggested` for a bulletin without a number; `number-doubled`, `number-skipped`, `number-backwards` and
        `total-unexpected` for one whose number does not fit.
    """
    known = [number for other in others if (number := read_number(other)) is not None]
    mine = read_number(masthead)
    if mine is None:
        following = next_number(masthead, known) if masthead.issue is None else None
        return () if following is None else (_finding("number-suggested", Level.INFO, number=following),)
    return (*_in_series(mine, known), *_in_all(mine, known))


def next_number(masthead: Masthead, known: Sequence[IssueNumber]) -> str | None:
    """Suggest the number of the next bulletin, written as the newest one writes its own; None without any to go by.

    A new year begins with 1 where one did before, or where the numbers carry their year; else numbers go on.

    Args:
        masthead: of the new bulletin, for its year.
        known: numbers of the bulletins before it.
    """
    regular = [one for one in known if one.series == _REGULAR]
    newest = max(regular, key=lambda one: (one.day, one.total or 0, one.number or 0), default=None)
    if newest is None:
        return None
    year = int(masthead.date[:4]) if masthead.date and masthead.date[:4].isdecimal() else newest.year
    begins = year != newest.year and _restarts(regular, newest)
    number = None if newest.number is None else (1 if begins else newest.number + 1)
    return _written(newest, number, year)


def _in_series(mine: IssueNumber, known: Sequence[IssueNumber]) -> Iterator[Finding]:
    if mine.number is None:
        return
    series = [one for one in known if one.series == mine.series and one.number is not None]
    alike = [one for one in series if one.year == mine.year]
    for one in alike:
        if one.number == mine.number:
            yield _finding("number-doubled", number=mine.text, day=one.day)
            return
    before = max((one.number or 0 for one in alike if (one.number or 0) < mine.number), default=None)
    allowed = {1, *(number + 1 for number in (before, _last_before(mine, series)) if number is not None)}
    if mine.number not in allowed and (before is not None or _last_before(mine, series) is not None):
        expected = max(number for number in allowed if number <= mine.number)
        yield _finding("number-skipped", number=mine.text, expected=str(expected))
    later = [one for one in alike if (one.number or 0) > mine.number and one.day and one.day < mine.day]
    if later:
        yield _finding("number-backwards", number=mine.text, other=later[0].text, day=later[0].day)


def _in_all(mine: IssueNumber, known: Sequence[IssueNumber]) -> Iterator[Finding]:
    totals = {one.total: one for one in known if one.total is not None}
    if mine.total is None or not totals:
        return
    if mine.total in totals:
        yield _finding("number-doubled", number=mine.text, day=totals[mine.total].day)
        return
    lower = max((total for total in totals if total < mine.total), default=None)
    if lower is not None and mine.total != lower + 1:
        yield _finding("total-unexpected", number=mine.text, expected=str(lower + 1))


def _last_before(mine: IssueNumber, series: Sequence[IssueNumber]) -> int | None:
    """Give the highest number of the year before, for numbers that go on through the years."""
    earlier = [one for one in series if one.year is not None and mine.year is not None and one.year < mine.year]
    newest = max((one.year or 0 for one in earlier), default=None)
    return max((one.number or 0 for one in earlier if one.year == newest), default=None)


def _restarts(regular: Sequence[IssueNumber], newest: IssueNumber) -> bool:
    years = {one.year for one in regular if one.year is not None}
    first_years = {one.year for one in regular if one.number == 1}
    return _YEAR.search(newest.text) is not None or len(years) == 1 or len(first_years) > 1


def _written(newest: IssueNumber, number: int | None, year: int | None) -> str:
    text = newest.text
    if number is not None:
        text = _NUMBER.sub(
            lambda match: match[0] if match.start() and text[match.start() - 1] == "总" else f"第{number}期", text
        )
    if newest.total is not None:
        text = _TOTAL.sub(f"总第{newest.total + 1}期", text)
    return text if year is None else _YEAR.sub(f"{year}年", text)


def _value(numeral: str) -> int:
    """Read a number in digits or in Chinese: 十二, 一百零五, 二〇二三."""
    if numeral.isdecimal():
        return int(numeral)
    if not any(unit in numeral for unit in _UNITS):
        return int("".join(str(_DIGITS.index("〇" if sign == "零" else sign)) for sign in numeral))
    total, digit = 0, 0
    for sign in numeral:
        if sign in _UNITS:
            total += (digit or 1) * _UNITS[sign]
            digit = 0
        elif sign not in "零〇":
            digit = _DIGITS.index(sign)
    return total + digit


def _finding(code: str, level: Level = Level.WARNING, **parameters: str) -> Finding:
    return Finding(level, code, None, parameters)
