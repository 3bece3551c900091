"""When a list gets its mail: schedules, their triggers, and the moments they come to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from distributor.model.subscriber import Frequency


class TriggerKind(StrEnum):
    """What starts a run: publication of a bulletin, one given moment, or a moment that returns."""

    ON_PUBLICATION = "on publication"
    AT = "at"
    RECURRING = "recurring"


class WorkingDayPolicy(StrEnum):
    """What happens on a day that is no working day: nothing, later, earlier, or as if it were one."""

    SKIP = "skip"
    NEXT = "next"
    PREVIOUS = "previous"
    IGNORE = "ignore"


class Misfire(StrEnum):
    """What happens to a run that is found later than its catch-up window."""

    ASK = "ask"
    CATCH_UP = "catch up"
    LAST_ONLY = "last only"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A moment that returns; the fields of cron, and a day of the month that cron cannot say.

    Args:
        minute: 0 to 59.
        hour: hours as in cron.
        day: days of the month as in cron, or `last`.
        month: months as in cron.
        weekday: days of the week by name (`mon`, `mon-fri`), or `*`.
        working_days: only working days count.
        nth_working_day: the n-th working day of the month, -1 is the last one; day and weekday are `*` then.
        nth_day: the n-th day of the month, in shorter months the last one; day and weekday are `*` then.
    """

    minute: int = 0
    hour: str = "0"
    day: str = "*"
    month: str = "*"
    weekday: str = "*"
    working_days: bool = False
    nth_working_day: int | None = None
    nth_day: int | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """What starts a run.

    Args:
        kind: which of the three.
        text: as the secretariat wrote it.
        moment: wall-clock time of a trigger AT, without zone: the schedule has it.
        recurrence: of a RECURRING trigger.
    """

    kind: TriggerKind
    text: str
    moment: datetime | None = None
    recurrence: Recurrence | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the day in which mail may begin to leave.

    Args:
        opens: first minute.
        closes: first minute after it, later than `opens`.
    """

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Schedule:
    """When one list gets its mail.

    Args:
        id: short ASCII name, unique.
        list_id: the recipient list.
        trigger: what starts a run.
        time_zone: IANA name of the zone in which all times of the schedule are meant.
        working_day: what happens on days that are no working days.
        window: when mail may begin to leave, None for always.
        misfire: what happens to a run that is too late.
        catch_up: how late a run may begin without asking.
        enabled: whether it runs at all.
        frequency: which subscribers a schedule of a subscriber list serves; other lists take no notice of it.
    """

    id: str
    list_id: str
    trigger: Trigger
    time_zone: str = "Asia/Shanghai"
    working_day: WorkingDayPolicy = WorkingDayPolicy.IGNORE
    window: Window | None = None
    misfire: Misfire = Misfire.ASK
    catch_up: timedelta = timedelta(hours=6)
    enabled: bool = True
    frequency: Frequency = Frequency.ISSUE


@dataclass(frozen=True, slots=True)
class Shift:
    """Why an occurrence is not when its trigger says; the sentence is `shift.<code>`.

    Args:
        code: `holiday-next`, `holiday-previous`, `weekend-next`, `weekend-previous`, `window`, `short-month` or
            `clock-change`.
        parameters: the values the sentence names: `date` and, for holidays, `holiday`.
    """

    code: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One moment at which a schedule runs.

    Args:
        moment: when, in the zone of the schedule.
        planned: when it would be by its trigger alone.
        shifts: why the two differ, in the order in which they were applied.
        provisional: it depends on a year whose holidays are not published yet.
    """

    moment: datetime
    planned: datetime
    shifts: tuple[Shift, ...] = ()
    provisional: bool = False


class DueAction(StrEnum):
    """What to do about a schedule now."""

    WAIT = "wait"
    RUN = "run"
    ASK = "ask"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Due:
    """What to do about a schedule now, and when it comes again.

    Args:
        action: wait, run, ask a person, or let this occurrence go.
        following: the occurrence after this one, None when there is none.
    """

    action: DueAction
    following: Occurrence | None = None
