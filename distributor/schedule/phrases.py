"""How a trigger is written: in Chinese, in English, or as cron with days by name."""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import Final, NoReturn

from distributor.errors import Misconfigured
from distributor.model.schedule import Recurrence, Trigger, TriggerKind
from distributor.schedule.cron import read_cron
from distributor.schedule.ticks import is_sound

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CHINESE_DAYS: Final = {**dict(zip("一二三四五六日", _DAYS, strict=True)), "天": "sun"}
_ENGLISH_DAYS: Final = {
    name: day
    for day, names in zip(
        _DAYS,
        ("monday", "tuesday tues", "wednesday", "thursday thur thurs", "friday", "saturday", "sunday"),
        strict=True,
    )
    for name in (day, *names.split())
}
_CHINESE_NUMBERS: Final = {n: i for i, n in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_ORDINALS: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}

_TIME: Final = r"(?P<half>上午|下午|晚上)?\s*(?P<hour>\d{1,2})(?::(?P<minute>\d{2})|点(?P<past>半|\d{1,2}分)?)"
_CN_DAY: Final = f"[{''.join(_CHINESE_DAYS)}]"
_EN_DAYS: Final = r"(?P<days>[a-z0-9]+(?:\s*(?:,|and|to|-|through)\s*[a-z0-9]+)*)"
_NUMBER: Final = r"(?P<n>[一二两三四五六七八九十]+|\d{1,2})"
_OF_MONTH: Final = r"(?: (?:of|in) (?:the |every |each )?month| monthly)"

_Reader = Callable[[re.Match[str], str], Recurrence]


def parse_trigger(text: str) -> Trigger:
    """Read a trigger.

    Args:
        text: for example `每月最后一个工作日 09:00`, `every friday 16:00`, `cron: 0 16 * * fri`, `发布后立即`,
            `2026-10-08 09:00`.

    Raises:
        Misconfigured: `trigger-unreadable`, `trigger-day-digit`, `trigger-date-impossible`, `trigger-time-impossible`,
            `trigger-never`, or a code of `read_cron`, with the text.
    """
    words = _tidy(text)
    if words in {"发布后立即", "发布时", "on publication", "upon publication"}:
        return Trigger(TriggerKind.ON_PUBLICATION, text)
    if moment := re.fullmatch(rf"(?:at )?(\d{{4}})[-年/](\d{{1,2}})[-月/](\d{{1,2}})日?[ t]?{_TIME}", words):
        return Trigger(TriggerKind.AT, text, moment=_moment(moment, text))
    recurrence = _recurrence(words, text)
    if not is_sound(recurrence):
        raise Misconfigured("trigger-never", trigger=text, place="")
    return Trigger(TriggerKind.RECURRING, text, recurrence=recurrence)


def _tidy(text: str) -> str:
    words = unicodedata.normalize("NFKC", text).strip().lower().replace("、", ",").replace("星期", "周")
    words = re.sub(r"\s+", " ", words)
    return re.sub(r"每一?个?(?=[月周日天])", "每", words)


def _recurrence(words: str, text: str) -> Recurrence:
    if words.startswith("cron:"):
        return read_cron(words.removeprefix("cron:").strip(), text)
    for pattern, reader in _PHRASES:
        if match := pattern.fullmatch(words):
            return reader(match, text)
    raise Misconfigured("trigger-unreadable", trigger=text, place="")


def _daily(match: re.Match[str], text: str) -> Recurrence:
    return _at(match, text)


def _every_working_day(match: re.Match[str], text: str) -> Recurrence:
    return _at(match, text, working_days=True)


def _day_digit(match: re.Match[str], text: str) -> NoReturn:
    del match
    raise Misconfigured("trigger-day-digit", trigger=text, place="")


def _weekly_chinese(match: re.Match[str], text: str) -> Recurrence:
    days = match["days"]
    if span := re.fullmatch(r"(.)(?:至|到|-)周?(.)", days):
        first, last = (_DAYS.index(_CHINESE_DAYS[mark]) for mark in span.groups())
        return _at(match, text, weekday=_span(first, last, text))
    return _at(match, text, weekday=_listed([_CHINESE_DAYS[mark] for mark in days if mark in _CHINESE_DAYS]))


def _weekly_english(match: re.Match[str], text: str) -> Recurrence:
    parts = re.split(r"\s*(?:,|and|to|-|through)\s*", match["days"])
    if any(part[:1].isdigit() for part in parts):
        raise Misconfigured("trigger-day-digit", trigger=text, place="")
    if any(part not in _ENGLISH_DAYS for part in parts):
        _unreadable(text)
    days = [_ENGLISH_DAYS[part] for part in parts]
    if re.search(r"to|-|through", match["days"]):
        if len(days) != 2:  # noqa: PLR2004  a span has two ends
            _unreadable(text)
        return _at(match, text, weekday=_span(_DAYS.index(days[0]), _DAYS.index(days[1]), text))
    return _at(match, text, weekday=_listed(days))


def _span(first: int, last: int, text: str) -> str:
    if first > last:
        raise Misconfigured("trigger-days-backwards", trigger=text, place="")
    return f"{_DAYS[first]}-{_DAYS[last]}" if first < last else _DAYS[first]


def _listed(days: list[str]) -> str:
    return ",".join(sorted(set(days), key=_DAYS.index))


def _monthly(match: re.Match[str], text: str) -> Recurrence:
    day = _number(match["n"], text)
    if not 1 <= day <= 31:  # noqa: PLR2004  the longest month
        raise Misconfigured("trigger-date-impossible", trigger=text, place="")
    return _at(match, text, nth_day=day) if day > 28 else _at(match, text, day=str(day))  # noqa: PLR2004  the shortest


def _month_end(match: re.Match[str], text: str) -> Recurrence:
    return _at(match, text, day="last")


def _working_day(match: re.Match[str], text: str) -> Recurrence:
    number = _number(match["n"], text)
    # no month is sure to have more: February with the Spring Festival has about fifteen
    if not 1 <= number <= 15:  # noqa: PLR2004
        raise Misconfigured("trigger-date-impossible", trigger=text, place="")
    return _at(match, text, nth_working_day=number)


def _working_day_from_end(match: re.Match[str], text: str) -> Recurrence:
    number = _number(match["n"], text) if match.groupdict().get("n") else 1
    if not 1 <= number <= 15:  # noqa: PLR2004  as above
        raise Misconfigured("trigger-date-impossible", trigger=text, place="")
    return _at(match, text, nth_working_day=-number)


def _at(match: re.Match[str], text: str, **fields: str | int) -> Recurrence:
    hour, minute = _time(match, text)
    return Recurrence(minute=minute, hour=str(hour), **fields)  # type: ignore[arg-type]  # fields of Recurrence


def _time(match: re.Match[str], text: str) -> tuple[int, int]:
    half, hour, minute, past = match.group("half", "hour", "minute", "past")
    hours = int(hour) + (12 if half in {"下午", "晚上"} and int(hour) < 12 else 0)  # noqa: PLR2004  hours of half a day
    minutes = int(minute or 0) if past is None else 30 if past == "半" else int(past.removesuffix("分"))
    if hours > 23 or minutes > 59:  # noqa: PLR2004  the clock
        raise Misconfigured("trigger-time-impossible", trigger=text, place="")
    return hours, minutes


def _moment(match: re.Match[str], text: str) -> datetime:
    hour, minute = _time(match, text)
    year, month, day = (int(part) for part in match.groups()[:3])
    try:
        return datetime(year, month, day, hour, minute)  # noqa: DTZ001  wall-clock time; the schedule has the zone
    except ValueError as error:
        raise Misconfigured("trigger-date-impossible", trigger=text, place="") from error


def _number(words: str, text: str) -> int:
    if words in _ORDINALS:
        return _ORDINALS[words]
    if words.isdecimal():
        return int(words)
    tens, ten, ones = words.rpartition("十")
    if not ten:
        return _CHINESE_NUMBERS.get(words) or _unreadable(text)
    return _CHINESE_NUMBERS.get(tens, 1) * 10 + (_CHINESE_NUMBERS.get(ones, 0))


def _unreadable(text: str) -> NoReturn:
    raise Misconfigured("trigger-unreadable", trigger=text, place="")


def _phrase(pattern: str, reader: _Reader) -> tuple[re.Pattern[str], _Reader]:
    return re.compile(pattern), reader


_ORDINAL: Final = rf"(?P<n>{'|'.join(_ORDINALS)}|\d{{1,2}})(?:st|nd|rd|th)?"
_PHRASES: Final = (
    _phrase(rf"每[日天] ?{_TIME}", _daily),
    _phrase(rf"(?:every day|daily)(?: at)? {_TIME}", _daily),
    _phrase(rf"每个?工作日 ?{_TIME}", _every_working_day),
    _phrase(rf"every working ?day(?: at)? {_TIME}", _every_working_day),
    _phrase(rf"每周(?P<days>{_CN_DAY}(?:(?:,|和|至|到|-)?周?{_CN_DAY})*) ?{_TIME}", _weekly_chinese),
    _phrase(r"每周\d.*", _day_digit),
    _phrase(rf"每月最后一?个工作日 ?{_TIME}", _working_day_from_end),
    _phrase(rf"每月倒数第{_NUMBER}个工作日 ?{_TIME}", _working_day_from_end),
    _phrase(rf"每月第{_NUMBER}个工作日 ?{_TIME}", _working_day),
    _phrase(rf"每月(?:最后一[日天]|月末|末日) ?{_TIME}", _month_end),
    _phrase(rf"每月{_NUMBER}[日号] ?{_TIME}", _monthly),
    _phrase(rf"(?:the )?last working ?day{_OF_MONTH}(?: at)? {_TIME}", _working_day_from_end),
    _phrase(rf"(?:the )?{_ORDINAL} last working ?day{_OF_MONTH}(?: at)? {_TIME}", _working_day_from_end),
    _phrase(rf"(?:the )?{_ORDINAL} working ?day{_OF_MONTH}(?: at)? {_TIME}", _working_day),
    _phrase(rf"(?:the )?last day{_OF_MONTH}(?: at)? {_TIME}", _month_end),
    _phrase(rf"(?:on )?(?:the )?day (?P<n>\d{{1,2}}){_OF_MONTH}(?: at)? {_TIME}", _monthly),
    _phrase(rf"every {_EN_DAYS}(?: at)? {_TIME}", _weekly_english),
)
