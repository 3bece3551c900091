"""Runs that have not come to their end, with what tells whether anything moves in them."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.run import FINAL_STATES, DeliveryState, PauseReason, RefusalClass, Run
from distributor.model.waiting import OpenRun
from distributor.store import claims
from distributor.store.tables import deliveries, digest_runs, runs
from distributor.store.values import restore

_OPEN: Final = tuple(state for state in DeliveryState if state not in FINAL_STATES)
_DUE: Final = (DeliveryState.PENDING, DeliveryState.DEFERRED)
_T = deliveries.c


async def open_runs(
    connection: AsyncConnection, since: datetime, refusals: Collection[RefusalClass]
) -> tuple[OpenRun, ...]:
    """Give the runs that have not come to their end, oldest first.

    Args:
        connection: an open transaction.
        since: those that do not stand still only when they were made since then.
        refusals: the classes of refusal that only a person ends.
    """
    refused = and_(_T.state == DeliveryState.DEFERRED, _T.refusal.in_(sorted(refusals)))
    counted = (
        select(
            _T.run_id,
            func.count().label("left"),
            _number(refused).label("refused"),
            _number(claims.is_orphaned()).label("doubtful"),
            _number(claims.is_held()).label("held"),
            func.min(case((_T.state.in_(_DUE), _T.next_attempt))).label("due"),
        )
        .where(_T.run_id.in_(select(runs.c.id).where(*_wanted(since))), _T.state.in_(_OPEN))
        .group_by(_T.run_id)
    )
    found = {row.run_id: row for row in await connection.execute(counted)}
    ended = await _ended(connection, found)
    result = []
    for run in await _runs(connection, since, found):
        row = found.get(run.id)
        if row is None:
            result.append(OpenRun(run, 0))
        else:
            numbers = (int(row.left), int(row.refused), int(row.doubtful), int(row.held))
            result.append(OpenRun(run, *numbers, due=row.due, ended=ended.get(run.id)))
    return tuple(result)


async def _runs(connection: AsyncConnection, since: datetime, ids: Collection[str]) -> tuple[Run, ...]:
    """Give these runs, and those whose recipients are still being written."""
    # what waits for the digests of its readers is told of as an occurrence that has not begun
    undigested = exists().where(digest_runs.c.run_id == runs.c.id, ~digest_runs.c.ready)
    preparing = and_(runs.c.ready.is_(None), ~undigested, *_wanted(since))
    query = select(runs).where(or_(runs.c.id.in_(ids), preparing)).order_by(runs.c.created, runs.c.id)
    return restore(tuple[Run, ...], [dict(row) for row in (await connection.execute(query)).mappings()])


async def _ended(connection: AsyncConnection, ids: Collection[str]) -> dict[str, datetime]:
    newest = (
        select(_T.run_id, func.max(_T.finished).label("newest"))
        .where(_T.run_id.in_(ids), _T.state == DeliveryState.SENT)
        .group_by(_T.run_id)
    )
    return {row.run_id: row.newest for row in await connection.execute(newest)}


def _wanted(since: datetime) -> tuple[ColumnElement[bool], ...]:
    is_cancelled = func.coalesce(runs.c.pause_reason, "") == PauseReason.CANCELLED
    return ~is_cancelled, or_(runs.c.paused.is_not(None), runs.c.created >= since)


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
