"""Reading config/schedule.toml: what is not understood is refused, with the entry it is in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from distributor.errors import Misconfigured
from distributor.model.schedule import Misfire, Schedule, Window, WorkingDayPolicy
from distributor.schedule.phrases import parse_trigger

_Choice = TypeVar("_Choice", bound=StrEnum)

_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
_WINDOW: Final = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|–|—|~|至)\s*(\d{1,2}):(\d{2})")
_KEYS: Final = frozenset(
    {"id", "list", "trigger", "time_zone", "working_day", "window", "misfire", "catch_up_hours", "enabled"},
)
_LONGEST_CATCH_UP: Final = 24 * 366


@dataclass(frozen=True, slots=True)
class _Entry:
    """One table of the file, and where it stands for the sentence of an error."""

    file: str
    name: str
    values: Mapping[str, object]

    def refuse(self, code: str, **parameters: object) -> Misconfigured:
        return Misconfigured(code, file=self.file, entry=self.name, **parameters)

    def text(self, key: str, default: str | None = None) -> str:
        value = self.values.get(key, default)
        if value is None:
            raise self.refuse("entry-key-missing", key=key)
        if not isinstance(value, str) or not value.strip():
            raise self.refuse("entry-value", key=key, value=value)
        return value.strip()

    def choice(self, key: str, default: _Choice) -> _Choice:
        value = self.text(key, default.value).replace("_", " ").replace("-", " ")
        try:
            return type(default)(value)
        except ValueError as error:
            choices = ", ".join(choice.value for choice in type(default))
            raise self.refuse("entry-choice", key=key, value=value, choices=choices) from error


def read_schedules(document: Mapping[str, object], file: str) -> tuple[Schedule, ...]:
    """Read the schedules of an installation.

    Args:
        document: the parsed TOML; tables `[[schedules]]` with `id`, `list`, `trigger` and, if wanted, `time_zone`,
            `working_day`, `window`, `misfire`, `catch_up_hours`, `enabled`.
        file: its name, for the sentence of an error.

    Raises:
        Misconfigured: with file and entry: `entry-key-unknown`, `entry-key-missing`, `entry-value`, `entry-choice`,
            `entry-twice`, `time-zone-unknown`, `window-unreadable`, `window-never-opens`, or a code of
            `parse_trigger`.
    """
    root = _Entry(file, "", document)
    _only(root, {"schedules"})
    tables = document.get("schedules", [])
    if not isinstance(tables, list):
        raise root.refuse("entry-value", key="schedules", value=tables)
    schedules = tuple(_schedule(_table(file, table, number)) for number, table in enumerate(tables, 1))
    seen: set[str] = set()
    for schedule in schedules:
        if schedule.id in seen:
            raise Misconfigured("entry-twice", file=file, entry=schedule.id)
        seen.add(schedule.id)
    return schedules


def parse_window(text: str) -> Window:
    """Read a send window such as `08:00-18:00`; it opens and closes on the same day.

    Raises:
        Misconfigured: `window-unreadable` or `window-never-opens`, with the text.
    """
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise Misconfigured("window-unreadable", window=text)
    hours = [int(part) for part in match.groups()]
    try:
        window = Window(time(hours[0], hours[1]), time(hours[2], hours[3]))
    except ValueError as error:
        raise Misconfigured("window-unreadable", window=text) from error
    if window.opens >= window.closes:
        raise Misconfigured("window-never-opens", window=text)
    return window


def _table(file: str, table: object, number: int) -> _Entry:
    if not isinstance(table, Mapping):
        raise Misconfigured("entry-value", file=file, entry=f"schedules {number}", key="schedules", value=table)
    name = table.get("id")
    return _Entry(file, name if isinstance(name, str) and name else f"schedules {number}", table)


def _only(entry: _Entry, known: frozenset[str] | set[str]) -> None:
    unknown = sorted(set(entry.values) - known)
    if unknown:
        raise entry.refuse("entry-key-unknown", key=unknown[0])


def _schedule(entry: _Entry) -> Schedule:
    _only(entry, _KEYS)
    key = entry.text("id")
    if not _ID.fullmatch(key):
        raise entry.refuse("entry-value", key="id", value=key)
    enabled = entry.values.get("enabled", True)
    if not isinstance(enabled, bool):
        raise entry.refuse("entry-value", key="enabled", value=enabled)
    try:
        return Schedule(
            id=key,
            list_id=entry.text("list"),
            trigger=parse_trigger(entry.text("trigger")),
            time_zone=_zone(entry),
            working_day=entry.choice("working_day", WorkingDayPolicy.IGNORE),
            window=parse_window(entry.text("window")) if "window" in entry.values else None,
            misfire=entry.choice("misfire", Misfire.ASK),
            catch_up=_catch_up(entry),
            enabled=enabled,
        )
    except Misconfigured as error:
        raise Misconfigured(error.code, **{**error.parameters, "file": entry.file, "entry": entry.name}) from error


def _zone(entry: _Entry) -> str:
    name = entry.text("time_zone", "Asia/Shanghai")
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise entry.refuse("time-zone-unknown", value=name) from error
    return name


def _catch_up(entry: _Entry) -> timedelta:
    hours = entry.values.get("catch_up_hours", 6)
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 < hours <= _LONGEST_CATCH_UP:
        raise entry.refuse("entry-value", key="catch_up_hours", value=hours)
    return timedelta(hours=hours)
