"""Cron, with days of the week by name only: 0 is Sunday for some programs and Monday for others."""

import re
from typing import Final

from distributor.errors import Misconfigured
from distributor.model.schedule import Recurrence

_FIELDS: Final = 5
_NAME: Final = "(?:mon|tue|wed|thu|fri|sat|sun)"
_WEEKDAYS: Final = re.compile(rf"\*|{_NAME}(?:-{_NAME})?(?:,{_NAME}(?:-{_NAME})?)*")


def read_cron(fields: str, text: str) -> Recurrence:
    """Read the five fields of cron.

    Args:
        fields: minute, hour, day of the month, month, day of the week.
        text: the trigger as written, for the sentence.

    Raises:
        Misconfigured: `cron-fields`, `cron-day-digits`, `cron-too-often` or `cron-two-days`, with the text.
    """
    parts = fields.split()
    if len(parts) != _FIELDS:
        raise Misconfigured("cron-fields", trigger=text, place="")
    minute, hour, day, month, weekday = parts
    if re.search(r"\d", weekday):
        raise Misconfigured("cron-day-digits", trigger=text, place="")
    if not minute.isdecimal():
        raise Misconfigured("cron-too-often", trigger=text, place="")
    if day != "*" and weekday != "*":
        # cron takes either of the two, APScheduler both at once
        raise Misconfigured("cron-two-days", trigger=text, place="")
    if not _WEEKDAYS.fullmatch(weekday):
        raise Misconfigured("cron-fields", trigger=text, place="")
    return Recurrence(minute=int(minute), hour=hour, day=day, month=month, weekday=weekday)
