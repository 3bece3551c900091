"""Reading config/schedule.toml: what is not understood is refused, with the entry it is in."""

import re
from collections.abc import Mapping
from datetime import time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from distributor.errors import Misconfigured
from distributor.model.schedule import Misfire, Schedule, Window, WorkingDayPolicy
from distributor.model.subscriber import Frequency
from distributor.schedule.entries import Entry
from distributor.schedule.phrases import parse_trigger

_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
_WINDOW: Final = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|–|—|~|至)\s*(\d{1,2}):(\d{2})")
_KEYS: Final = frozenset(
    {
        *("id", "list", "trigger", "time_zone", "working_day", "window"),
        *("misfire", "catch_up_hours", "enabled", "frequency"),
    },
)
_LONGEST_CATCH_UP: Final = 24 * 366
_PLACE: Final = frozenset({"file", "entry", "place"})


def read_schedules(document: Mapping[str, object], file: str) -> tuple[Schedule, ...]:
    """Read the schedules of an installation.

    Args:
        document: the parsed TOML; tables `[[schedules]]` with `id`, `list`, `trigger` and, if wanted, `time_zone`,
            `working_day`, `window`, `misfire`, `catch_up_hours`, `enabled`, `frequency`.
        file: its name, for the sentence of an error.

    Raises:
        Misconfigured: with file and entry: `entry-key-unknown`, `entry-key-missing`, `entry-value`, `entry-choice`,
            `entry-twice`, `time-zone-unknown`, `window-unreadable`, `window-never-opens`, or a code of
            `parse_trigger`.
    """
    root = Entry(file, "", document)
    root.only(("schedules",))
    tables = [
        root.table(_name(table, number), table, "schedules")
        for number, table in enumerate(root.entries("schedules"), 1)
    ]
    schedules: dict[str, Schedule] = {}
    for entry in tables:
        schedule = _schedule(entry)
        if schedule.id in schedules:
            raise entry.refuse("entry-twice")
        schedules[schedule.id] = schedule
    return tuple(schedules.values())


def parse_window(text: str) -> Window:
    """Read a send window such as `08:00-18:00`; it opens and closes on the same day.

    Raises:
        Misconfigured: `window-unreadable` or `window-never-opens`, with the text.
    """
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise Misconfigured("window-unreadable", window=text, place="")
    hours = [int(part) for part in match.groups()]
    try:
        window = Window(time(hours[0], hours[1]), time(hours[2], hours[3]))
    except ValueError as error:
        raise Misconfigured("window-unreadable", window=text, place="") from error
    if window.opens >= window.closes:
        raise Misconfigured("window-never-opens", window=text, place="")
    return window


def _name(table: object, number: int) -> str:
    name = table.get("id") if isinstance(table, Mapping) else None
    return name if isinstance(name, str) and name else f"schedules {number}"


def _schedule(entry: Entry) -> Schedule:
    entry.only(_KEYS)
    key = entry.text("id")
    if not _ID.fullmatch(key):
        raise entry.wrong("id", key)
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
            enabled=entry.flag("enabled", default=True),
            frequency=entry.choice("frequency", Frequency.ISSUE),
        )
    except Misconfigured as error:
        parameters = {key: value for key, value in error.parameters.items() if key not in _PLACE}
        raise entry.refuse(error.code, **parameters) from error


def _zone(entry: Entry) -> str:
    name = entry.text("time_zone", "Asia/Shanghai")
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise entry.refuse("time-zone-unknown", value=name) from error
    return name


def _catch_up(entry: Entry) -> timedelta:
    hours = entry.values.get("catch_up_hours", 6)
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 < hours <= _LONGEST_CATCH_UP:
        raise entry.wrong("catch_up_hours", hours)
    return timedelta(hours=hours)
