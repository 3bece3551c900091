"""Change when lists get their mail: schedules, pauses, the working calendar."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import access, schedule
from distributor.access import Act, Actor
from distributor.errors import NotFound
from distributor.model.audit import AuditAct, Touched
from distributor.model.canonical import digest
from distributor.model.schedule import Schedule
from distributor.schedule import WorkingCalendar
from distributor.store import address_book, calendars, schedules
from distributor.store.schedules import PlannedSchedule
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context
from distributor.usecases.current_calendar import FILE, current_calendar, put_calendar, read_calendar_text

_FILE = "schedule.toml"


def read_schedule(table: Mapping[str, object]) -> Schedule:
    """Read one schedule as it stands in config/schedule.toml.

    Args:
        table: its fields.

    Raises:
        Misconfigured: what is wrong with which field.
    """
    return schedule.read_schedules({"schedules": [dict(table)]}, _FILE)[0]


async def save_schedule(context: Context, actor: Actor, wanted: Schedule) -> PlannedSchedule:
    """Add a schedule, or put it in the place of the one with its id.

    Args:
        context: the installation.
        actor: who changes it.
        wanted: the schedule.

    Raises:
        NotFound: `list-unknown`.
    """
    access.require(actor, Act.CONFIGURE)
    async with context.database.write() as connection:
        known = [one.id for one in await address_book.load_lists(connection)]
        if wanted.list_id not in known:
            raise NotFound("list-unknown", list=wanted.list_id, known="、".join(known))
        old = await _find(connection, wanted.id)
        return await _save(connection, context, actor, old, wanted)


async def pause_schedule(context: Context, actor: Actor, schedule_id: str, *, enabled: bool) -> PlannedSchedule:
    """Let a schedule rest, or run again from its next occurrence on; what lies between is not made up for.

    Args:
        context: the installation.
        actor: who changes it.
        schedule_id: the schedule.
        enabled: whether it runs.

    Raises:
        NotFound: `schedule-unknown`.
    """
    access.require(actor, Act.SEND)
    async with context.database.write() as connection:
        old = await _require(connection, schedule_id)
        if old.schedule.enabled is enabled:
            return old
        return await _save(connection, context, actor, old, replace(old.schedule, enabled=enabled))


async def remove_schedule(context: Context, actor: Actor, schedule_id: str) -> None:
    """Remove a schedule; what was claimed of it stays on record.

    Args:
        context: the installation.
        actor: who removes it.
        schedule_id: the schedule.

    Raises:
        NotFound: `schedule-unknown`.
    """
    access.require(actor, Act.CONFIGURE)
    async with context.database.write() as connection:
        old = await _require(connection, schedule_id)
        await schedules.remove(connection, schedule_id)
        touched = Touched("schedule", schedule_id, digest(old.schedule), None)
        await record_act(connection, context, actor, AuditAct.CHANGE_SCHEDULE, touched)


async def apply_calendar(context: Context, actor: Actor, text: str) -> WorkingCalendar:
    """Let holidays and make-up working days count from now on; every schedule finds its next moment anew.

    Args:
        context: the installation.
        actor: who applies it.
        text: as in config/calendar.toml.

    Raises:
        Misconfigured: what is wrong with which year.
    """
    access.require(actor, Act.CONFIGURE)
    calendar = read_calendar_text(text)
    async with context.database.write() as connection:
        before = await calendars.newest(connection)
        await put_calendar(connection, text, actor.name, context.now())
        touched = Touched("calendar", FILE, None if before is None else digest(before), digest(text))
        await record_act(connection, context, actor, AuditAct.APPLY_CALENDAR, touched)
    return calendar


async def _save(
    connection: AsyncConnection, context: Context, actor: Actor, old: PlannedSchedule | None, wanted: Schedule
) -> PlannedSchedule:
    now = context.now()
    if old is not None and old.schedule == wanted:
        return old
    calendar = await current_calendar(connection, context)
    planned = PlannedSchedule(wanted, now if old is None else old.since, _next(wanted, now, calendar))
    await schedules.save(connection, planned)
    touched = Touched("schedule", wanted.id, None if old is None else digest(old.schedule), digest(wanted))
    details = {"trigger": wanted.trigger.text, "enabled": wanted.enabled}
    await record_act(connection, context, actor, AuditAct.CHANGE_SCHEDULE, touched, details)
    return planned


def _next(wanted: Schedule, now: datetime, calendar: WorkingCalendar) -> datetime | None:
    found = schedule.next_occurrence(wanted, now, calendar) if wanted.enabled else None
    return None if found is None else found.moment


async def _find(connection: AsyncConnection, schedule_id: str) -> PlannedSchedule | None:
    return next((one for one in await schedules.load(connection) if one.schedule.id == schedule_id), None)


async def _require(connection: AsyncConnection, schedule_id: str) -> PlannedSchedule:
    planned = await schedules.load(connection)
    found = next((one for one in planned if one.schedule.id == schedule_id), None)
    if found is None:
        known = "、".join(one.schedule.id for one in planned)
        raise NotFound("schedule-unknown", id=schedule_id, known=known)
    return found
