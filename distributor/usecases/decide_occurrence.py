"""A person decides about an occurrence that came too late to run by itself."""

from datetime import datetime

from distributor import access
from distributor.access import Act, Actor
from distributor.errors import Conflict, NotFound
from distributor.model.audit import AuditAct, Touched
from distributor.store import runs, schedules
from distributor.usecases.audit import record_act
from distributor.usecases.claim_occurrences import ClaimedOccurrence, Span, run_occurrence
from distributor.usecases.context import Context
from distributor.usecases.freeze_runs import FrozenRun, write_large
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
    async with context.database.write() as connection:
        now = context.now()
        if not await schedules.decide(connection, schedule_id, moment, "skip", actor.name, now):
            raise Conflict("nothing-asked", id=schedule_id)
        outcome = "skip"
        started: tuple[FrozenRun, ...] = ()
        if run:
            planned = await schedules.load(connection)
            found = next((one for one in planned if one.schedule.id == schedule_id), None)
            if found is None:
                raise NotFound("schedule-unknown", id=schedule_id, known="、".join(p.schedule.id for p in planned))
            begin = await schedules.last_occurrence(connection, schedule_id, moment) or found.since
            outcome, started = await run_occurrence(connection, context, found, Span(begin, moment, moment))
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
