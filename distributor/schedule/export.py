"""Schedules → schedule.toml, always in the same form: equal schedules give equal bytes."""

from collections.abc import Iterable
from dataclasses import MISSING, fields
from datetime import timedelta
from typing import Final

from distributor.model.schedule import Schedule
from distributor.text import toml_table

_HOUR: Final = timedelta(hours=1)
_USUAL: Final = {
    **{field.name: field.default for field in fields(Schedule) if field.default is not MISSING},
    "catch_up_hours": 6,
}


def export_schedules(schedules: Iterable[Schedule]) -> str:
    """Write schedule.toml; values that are the usual ones are left out.

    Reading the result gives the same schedules, and writing those the same text.

    Args:
        schedules: in their order.
    """
    return "\n".join(toml_table("schedules", _row(schedule)) for schedule in schedules)


def _row(schedule: Schedule) -> dict[str, object]:
    window = schedule.window
    row = {
        "id": schedule.id,
        "list": schedule.list_id,
        "trigger": schedule.trigger.text,
        "time_zone": schedule.time_zone,
        "working_day": schedule.working_day,
        "window": None if window is None else f"{window.opens:%H:%M}-{window.closes:%H:%M}",
        "misfire": schedule.misfire,
        "catch_up_hours": _number(schedule.catch_up / _HOUR),
        "enabled": schedule.enabled,
        "frequency": schedule.frequency,
    }
    return {name: value for name, value in row.items() if name not in _USUAL or value != _USUAL[name]}


def _number(hours: float) -> float:
    return int(hours) if hours.is_integer() else hours
