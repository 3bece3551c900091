"""Claim the occurrences that are due and freeze their runs, all in one transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import log, schedule
from distributor.errors import DistributorError
from distributor.model.schedule import DueAction
from distributor.store import bulletins, schedules
from distributor.store.schedules import PlannedSchedule
from distributor.usecases.context import Context
from distributor.usecases.freeze_runs import FrozenRun, Start, freeze, prepare_runs

_log = log.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ClaimedOccurrence:
    """An occurrence and what came of it.

    Args:
        schedule_id: the schedule.
        moment: its moment.
        outcome: sent, empty, ask, skip, or the code of what blocked it.
        runs: the runs that were frozen.
    """

    schedule_id: str
    moment: datetime
    outcome: str
    runs: tuple[FrozenRun, ...] = ()


async def claim_occurrences(context: Context) -> tuple[ClaimedOccurrence, ...]:
    """Claim what is due; however often and by however many schedulers it is called, an occurrence runs once.

    Args:
        context: the installation.
    """
    claimed = []
    async with context.database.write() as connection:
        now = context.now()
        for planned in await schedules.claim_due(connection, now):
            occurrence = await _claim(connection, context, planned, now)
            if occurrence is not None:
                claimed.append(occurrence)
    return tuple(claimed)


async def _claim(
    connection: AsyncConnection,
    context: Context,
    planned: PlannedSchedule,
    now: datetime,
) -> ClaimedOccurrence | None:
    """Claim one occurrence and say when its schedule runs next."""
    moment = planned.next_run_at
    if moment is None:
        return None
    decision = schedule.due(planned.schedule, moment, now, context.calendar)
    if decision.action is DueAction.WAIT:
        return None
    schedule_id = planned.schedule.id
    previous = await schedules.last_occurrence(connection, schedule_id) or planned.since
    following = None if decision.following is None else decision.following.moment
    await schedules.set_next(connection, schedule_id, following)
    if not await schedules.record_occurrence(connection, schedule_id, moment, now):
        return None
    outcome = decision.action.value
    runs: tuple[FrozenRun, ...] = ()
    if decision.action is DueAction.RUN:
        outcome, runs = await _freeze(connection, context, planned, (previous, moment))
    await schedules.set_outcome(connection, schedule_id, moment, outcome)
    return ClaimedOccurrence(schedule_id, moment, outcome, runs)


async def _freeze(
    connection: AsyncConnection,
    context: Context,
    planned: PlannedSchedule,
    window: tuple[datetime, datetime],
) -> tuple[str, tuple[FrozenRun, ...]]:
    """Freeze a run for every bulletin published after the window's begin and not after its end.

    An empty digest is never sent.
    """
    begin, end = window
    start = Start(f"schedule {planned.schedule.id}", planned.schedule.id, end)
    runs: list[FrozenRun] = []
    for record in await bulletins.list_published(connection):
        if record.backfilled or record.published is None or not begin < record.published <= end:
            continue
        try:
            prepared = await prepare_runs(connection, context, record, start, [planned.schedule.list_id])
        except DistributorError as error:
            # one bulletin that a person must look at does not keep the others back
            _log.warning("occurrence-blocked", schedule=planned.schedule.id, bulletin=record.id, code=error.code)
            return error.code, tuple(runs)
        await freeze(connection, prepared)
        runs.extend(prepared)
    return ("sent" if runs else "empty"), tuple(runs)
