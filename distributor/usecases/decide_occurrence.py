"""A person decides about an occurrence that came too late to run by itself."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import access
from distributor.access import Act, Actor
from distributor.errors import Conflict, NotFound
from distributor.model.audit import AuditAct, Touched
from distributor.store import runs, schedules
from distributor.store.schedules import PlannedSchedule
from distributor.usecases.audit import record_act
from distributor.usecases.claim_occurrences import ClaimedOccurrence, run_occurrence, work_out_occurrence
from distributor.usecases.context import Context
from distributor.usecases.freeze_runs import FrozenRun, write_large
from distributor.usecases.plan_state import plan_state
from distributor.usecases.prepare_ahead import Ahead, Span
from distributor.usecases.record_sending import record_sending


async def decide_occurrence(
    context: Context, actor: Actor, schedule_id: str, moment: datetime, *, run: bool
) -> ClaimedOccurrence:
    """Run an occurrence that asks, or let it go; whoever decides first has decided.

    Args:
        context: the installation.
        actor: who decides.
        schedule_id: the schedule.
        moment: of the occurrence.
        run: whether it runs now.

    Raises:
        NotFound: `schedule-unknown`.
        Conflict: `nothing-asked` when it does not ask, or not any more.
    """
    access.require(actor, Act.SEND)
    ahead = await _work_out_ahead(context, schedule_id, moment) if run else Ahead()
    async with context.database.write() as connection:
        now = context.now()
        await ahead.check(connection)
        if not await schedules.decide(connection, schedule_id, moment, "skip", actor.name, now):
            raise Conflict("nothing-asked", id=schedule_id)
        outcome = "skip"
        started: tuple[FrozenRun, ...] = ()
        if run:
            planned, span = await _asked(connection, schedule_id, moment)
            outcome, started = await run_occurrence(connection, context, planned, span, ahead)
            for one in started:
                # it is late, and a person has just said that it may be
                await runs.confirm(connection, one.run.id, now)
            await schedules.set_outcome(connection, schedule_id, moment, outcome)
        touched = Touched("schedule", schedule_id)
        details = {"moment": moment.isoformat(), "outcome": outcome}
        await record_act(connection, context, actor, AuditAct.DECIDE_OCCURRENCE, touched, details)
        await record_sending(connection, context, actor, started)
    await write_large(context, started)
    return ClaimedOccurrence(schedule_id, moment, outcome, started)


async def _work_out_ahead(context: Context, schedule_id: str, moment: datetime) -> Ahead:
    async with context.database.read() as connection:
        ahead = Ahead(await plan_state(connection))
        asking = [(one.schedule_id, one.moment) for one in await schedules.asking(connection)]
        if (schedule_id, moment) in asking:
            planned, span = await _asked(connection, schedule_id, moment)
            await work_out_occurrence(connection, context, planned, span, ahead)
    return ahead


async def _asked(connection: AsyncConnection, schedule_id: str, moment: datetime) -> tuple[PlannedSchedule, Span]:
    """Give the schedule of an occurrence, and what the occurrence is about."""
    planned = await schedules.load(connection)
    found = next((one for one in planned if one.schedule.id == schedule_id), None)
    if found is None:
        raise NotFound("schedule-unknown", id=schedule_id, known="、".join(p.schedule.id for p in planned))
    begin = await schedules.last_occurrence(connection, schedule_id, moment) or found.since
    return found, Span(begin, moment, moment)
