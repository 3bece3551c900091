"""Claim the occurrences that are due and freeze their runs in one transaction; who gets them is worked out before."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import log, schedule
from distributor.access import Actor
from distributor.errors import DistributorError
from distributor.model.audit import Origin
from distributor.model.schedule import DueAction, TriggerKind
from distributor.store import instance, schedules
from distributor.store.schedules import PlannedSchedule
from distributor.usecases.context import Context
from distributor.usecases.current_calendar import current_calendar
from distributor.usecases.freeze_runs import FrozenRun, freeze, write_large
from distributor.usecases.open_digests import Closing, open_digests
from distributor.usecases.plan_state import plan_state
from distributor.usecases.prepare_ahead import Ahead, Span, published_within
from distributor.usecases.record_sending import record_sending
from distributor.usecases.subscription_links import open_lists

_log = log.get_logger(__name__)

_INSTANT = timedelta(microseconds=1)


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


@dataclass(frozen=True, slots=True)
class _Decided:
    """What becomes of a schedule whose moment has come.

    Args:
        action: run, ask or skip.
        following: when it runs next.
        span: what the occurrence is about.
    """

    action: DueAction
    following: datetime | None
    span: Span


async def claim_occurrences(context: Context) -> tuple[ClaimedOccurrence, ...]:
    """Claim what is due; however often and by however many schedulers it is called, an occurrence runs once.

    Args:
        context: the installation.
    """
    claimed: list[ClaimedOccurrence] = []
    ahead = await _work_out_ahead(context)
    async with context.database.write() as connection:
        now = context.now()
        context = replace(context, calendar=await current_calendar(connection, context))
        await ahead.check(connection)
        for planned in await schedules.claim_due(connection, now):
            occurrence = await _claim(connection, context, planned, ahead)
            if occurrence is not None:
                claimed.append(occurrence)
        # last of all: whoever adds to the audit log keeps everybody else from it until the commit
        for occurrence in claimed:
            program = Actor(f"schedule {occurrence.schedule_id}", origin=Origin.PROGRAM)
            await record_sending(connection, context, program, occurrence.runs)
    for occurrence in claimed:
        await write_large(context, occurrence.runs)
    return tuple(claimed)


async def _work_out_ahead(context: Context) -> Ahead:
    """Work out without the write lock what will probably be claimed."""
    async with context.database.read() as connection:
        now = context.now()
        due = [
            one for one in await schedules.load(connection) if one.next_run_at is not None and one.next_run_at <= now
        ]
        if not due:
            return Ahead()
        context = replace(context, calendar=await current_calendar(connection, context))
        ahead = Ahead(await plan_state(connection))
        for planned in due:
            decided = await _decide(connection, context, planned, now)
            if decided is not None and decided.action is DueAction.RUN:
                await work_out_occurrence(connection, context, planned, decided.span, ahead)
    return ahead


async def work_out_occurrence(
    connection: AsyncConnection, context: Context, planned: PlannedSchedule, span: Span, ahead: Ahead
) -> None:
    """Work out who gets an occurrence of a recipient list; windows of subscriber lists are closed when it runs.

    Args:
        connection: an open transaction.
        context: the installation.
        planned: the schedule.
        span: what the occurrence is about.
        ahead: where it goes.
    """
    if not await _is_open(connection, planned):
        await ahead.work_out(connection, context, planned, span)


async def _decide(
    connection: AsyncConnection, context: Context, planned: PlannedSchedule, now: datetime
) -> _Decided | None:
    """Say what becomes of a schedule; None while it waits."""
    moment = planned.next_run_at
    if moment is None:
        return None
    decision = schedule.due(planned.schedule, moment, now, context.calendar)
    if decision.action is DueAction.WAIT:
        return None
    schedule_id = planned.schedule.id
    previous = await schedules.last_occurrence(connection, schedule_id) or planned.since
    action = decision.action
    if action is DueAction.RUN and await _may_be_sent_already(connection, schedule_id, previous):
        action = DueAction.ASK
    # what was published since the bell of a publication goes with it, and would find no bell of its own
    end = now if planned.schedule.trigger.kind is TriggerKind.ON_PUBLICATION else moment
    following = None if decision.following is None else decision.following.moment
    return _Decided(action, following, Span(previous, moment, end))


async def _claim(
    connection: AsyncConnection, context: Context, planned: PlannedSchedule, ahead: Ahead
) -> ClaimedOccurrence | None:
    """Claim one occurrence and say when its schedule runs next."""
    now = context.now()
    decided = await _decide(connection, context, planned, now)
    if decided is None:
        return None
    schedule_id, moment = planned.schedule.id, decided.span.moment
    await schedules.set_next(connection, schedule_id, decided.following)
    if not await schedules.record_occurrence(connection, schedule_id, moment, now):
        return None
    outcome = decided.action.value
    runs: tuple[FrozenRun, ...] = ()
    if decided.action is DueAction.RUN:
        outcome, runs = await run_occurrence(connection, context, planned, decided.span, ahead)
    await schedules.set_outcome(connection, schedule_id, moment, outcome)
    return ClaimedOccurrence(schedule_id, moment, outcome, runs)


async def _may_be_sent_already(connection: AsyncConnection, schedule_id: str, previous: datetime) -> bool:
    """Whether the database of which this one is a copy may have sent what the occurrence is about.

    It may until a person has decided about the first occurrence since, and while the span reaches back so far.
    """
    restored = await instance.restored(connection)
    if restored is None:
        return False
    return previous < restored or not await schedules.was_decided_since(connection, schedule_id, restored)


async def run_occurrence(
    connection: AsyncConnection, context: Context, planned: PlannedSchedule, span: Span, ahead: Ahead
) -> tuple[str, tuple[FrozenRun, ...]]:
    """Freeze the runs of an occurrence, or begin those of a subscriber list; gives the outcome.

    Args:
        connection: an open writing transaction.
        context: the installation.
        planned: the schedule.
        span: what the occurrence is about.
        ahead: what was worked out before.
    """
    if not await _is_open(connection, planned):
        return await _freeze(connection, context, planned, span, ahead)
    rings = planned.schedule.trigger.kind is TriggerKind.ON_PUBLICATION
    # a window ends before its moment; a publication that rang the bell is in its own
    end = span.end + _INSTANT if rings else span.end
    try:
        closing = Closing(planned.schedule, span.moment, end)
        begun = await open_digests(connection, context, closing)
    except DistributorError as error:
        _log.warning("occurrence-blocked", schedule=planned.schedule.id, code=error.code)
        return error.code, ()
    return ("sent" if begun else "empty"), tuple(FrozenRun(run, ()) for run in begun)


async def _is_open(connection: AsyncConnection, planned: PlannedSchedule) -> bool:
    return planned.schedule.list_id in [one.id for one in await open_lists(connection)]


async def _freeze(
    connection: AsyncConnection, context: Context, planned: PlannedSchedule, span: Span, ahead: Ahead
) -> tuple[str, tuple[FrozenRun, ...]]:
    """Freeze a run for every bulletin the occurrence is about; an empty digest is never sent."""
    runs: list[FrozenRun] = []
    for record in await published_within(connection, span):
        try:
            prepared = await ahead.take(connection, context, planned, span, record)
        except DistributorError as error:
            # one bulletin that a person must look at does not keep the others back
            _log.warning("occurrence-blocked", schedule=planned.schedule.id, bulletin=record.id, code=error.code)
            return error.code, tuple(runs)
        await freeze(connection, prepared)
        runs.extend(prepared)
    return ("sent" if runs else "empty"), tuple(runs)
