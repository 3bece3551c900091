"""When lists get their mail: triggers, the working calendar, occurrences and what to do about late ones."""

from distributor.schedule.calendar import WorkingCalendar, YearOverride
from distributor.schedule.export import export_schedules
from distributor.schedule.misfire import due
from distributor.schedule.occurrences import next_occurrence, on_publication, upcoming
from distributor.schedule.overrides import read_calendar
from distributor.schedule.phrases import parse_trigger
from distributor.schedule.reading import parse_window, read_schedules
from distributor.schedule.windows import DigestWindow, closed_windows

__all__ = [
    "DigestWindow",
    "WorkingCalendar",
    "YearOverride",
    "closed_windows",
    "due",
    "export_schedules",
    "next_occurrence",
    "on_publication",
    "parse_trigger",
    "parse_window",
    "read_calendar",
    "read_schedules",
    "upcoming",
]
