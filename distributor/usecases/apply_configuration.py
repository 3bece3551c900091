"""Put the address book and the schedules of the configuration files into the database."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import access, schedule, tokens
from distributor.access import Act, Actor
from distributor.errors import Conflict, Refused
from distributor.model.audit import AuditAct, Touched
from distributor.model.canonical import digest
from distributor.model.history import Action, BookAct, RecordedAct
from distributor.model.schedule import Schedule
from distributor.store import address_book, book_changes, schedules
from distributor.store.schedules import PlannedSchedule
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context
from distributor.usecases.current_calendar import current_calendar, put_calendar
from distributor.usecases.plan_configuration import ConfigurationPlan, compare, plan_configuration


async def apply_configuration(
    context: Context,
    actor: Actor,
    plan: ConfigurationPlan | None = None,
    *,
    allow_removals: bool = False,
) -> ConfigurationPlan:
    """Apply what files say in one transaction; afterwards the database is the truth.

    Args:
        context: the installation.
        actor: who applies them.
        plan: what they were shown; None plans the configuration files now.
        allow_removals: a mass removal is meant.

    Raises:
        Misconfigured: what is wrong with which file; nothing is changed.
        Refused: `mass-removal` with what goes and how much there is.
        Conflict: `book-changed-meanwhile` when the plan no longer says what would happen.
    """
    access.require(actor, Act.CONFIGURE)
    shown = await plan_configuration(context) if plan is None else plan
    if shown.is_empty:
        return shown
    if shown.removal is not None and not allow_removals:
        removal = shown.removal
        raise Refused("mass-removal", kind=removal.subject.value, removed=removal.removed, total=removal.total)
    async with context.database.write() as connection:
        current = await compare(connection, shown.configuration)
        if (current.changes, current.schedules, current.calendar) != (shown.changes, shown.schedules, shown.calendar):
            raise Conflict("book-changed-meanwhile")
        act = await _write(connection, context, actor, shown)
        await _audit(connection, context, actor, shown, act)
    return shown


async def _write(connection: AsyncConnection, context: Context, actor: Actor, plan: ConfigurationPlan) -> RecordedAct:
    configuration = plan.configuration
    files = ", ".join(configuration.files)
    act = RecordedAct(tokens.new_key(), context.now(), actor.name, BookAct.APPLY, files)
    act = await book_changes.record(connection, act, plan.changes)
    await address_book.set_order(connection, configuration.book)
    if configuration.calendar is not None and plan.calendar is not None:
        await put_calendar(connection, configuration.calendar, actor.name, context.now())
    if configuration.schedules is not None and plan.schedules:
        kept = {entry.schedule.id: entry for entry in await schedules.load(connection)}
        now = context.now()
        context = replace(context, calendar=await current_calendar(connection, context))
        planned = [_planned(context, entry, kept.get(entry.id), now) for entry in configuration.schedules]
        await schedules.replace(connection, planned)
    return act


def _planned(context: Context, new: Schedule, old: PlannedSchedule | None, now: datetime) -> PlannedSchedule:
    """Say when a schedule runs next; one that did not change keeps its moment, so that nothing due is forgotten."""
    if old is not None and old.schedule == new:
        return old
    occurrence = schedule.next_occurrence(new, now, context.calendar) if new.enabled else None
    return PlannedSchedule(new, now, None if occurrence is None else occurrence.moment)


async def _audit(
    connection: AsyncConnection, context: Context, actor: Actor, plan: ConfigurationPlan, act: RecordedAct
) -> None:
    book = plan.configuration.book
    touched = Touched("configuration", act.id, None, digest([plan.changes, plan.schedules, plan.calendar]))
    details = {
        "files": list(plan.configuration.files),
        "changes": sum(map(plan.count, Action)),
        "organizations": len(book.organizations),
        "contacts": len(book.contacts),
    }
    await record_act(connection, context, actor, AuditAct.APPLY, touched, details)
