"""Builders for schedules."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from distributor.model.schedule import Schedule
from distributor.schedule import WorkingCalendar, parse_trigger

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = WorkingCalendar()


def make_schedule(trigger: str = "每日 08:30", **changes: object) -> Schedule:
    """Give a schedule with a trigger in plain words; everything else is as usual unless changed."""
    usual = Schedule(id="bao-usual", list_id="bao", trigger=parse_trigger(trigger))
    return replace(usual, **changes)  # type: ignore[arg-type]  # fields of Schedule


def at(text: str, zone: str = "Asia/Shanghai") -> datetime:
    """Give a moment written as `2026-10-01 09:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
