"""What a monitoring system asks for, by a few queries."""

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.progress import Measures
from distributor.model.run import FINAL_STATES, DeliveryState
from distributor.store import claims, tickets
from distributor.store.tables import deliveries, runs

_MINUTE = timedelta(minutes=1)
# runs that are older have come to their end, whatever they sent within the last minute
_RECENT = timedelta(days=8)
_T = deliveries.c


async def take(connection: AsyncConnection, now: datetime) -> Measures:
    """Measure.

    Args:
        connection: an open transaction.
        now: the clock of the database.
    """
    counted = await connection.execute(select(_T.state, func.count()).group_by(_T.state))
    by_state = {DeliveryState(state): number for state, number in counted}
    waiting = (_T.state == DeliveryState.PENDING, _T.state == DeliveryState.DEFERRED)
    oldest: datetime | None = await connection.scalar(
        select(func.min(_T.next_attempt))
        .join(runs, runs.c.id == _T.run_id)
        .where(runs.c.paused.is_(None), runs.c.ready.is_not(None), or_(*waiting))
    )
    claimed = await connection.scalar(select(func.count()).select_from(deliveries).where(claims.is_held()))
    sent = await connection.scalar(
        select(func.count())
        .select_from(deliveries.join(runs, runs.c.id == _T.run_id))
        .where(runs.c.created > now - _RECENT, _T.state == DeliveryState.SENT, _T.finished > now - _MINUTE)
    )
    paused = await connection.scalar(
        select(func.count(_T.run_id.distinct()))
        .join(runs, runs.c.id == _T.run_id)
        .where(runs.c.paused.is_not(None), _T.state.not_in(FINAL_STATES))
    )
    return Measures(
        by_state=by_state,
        oldest_due_seconds=0.0 if oldest is None else max(0.0, (now - oldest).total_seconds()),
        claimed=int(claimed or 0),
        sent_last_minute=int(sent or 0),
        open_tickets=await tickets.count(connection, only_open=True),
        paused_runs=int(paused or 0),
    )
