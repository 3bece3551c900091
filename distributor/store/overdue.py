"""Deliveries that wait for long because of refusals that are never given up."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.ledger import LedgerRow
from distributor.model.run import DeliveryState, RefusalClass
from distributor.store.deliveries import ledger_row
from distributor.store.tables import deliveries, delivery_events, failure_follow_ups, runs

_T = deliveries.c


async def overdue(
    connection: AsyncConnection, before: datetime, refusals: Collection[RefusalClass], limit: int
) -> tuple[LedgerRow, ...]:
    """Give deliveries to bodies that have waited for too long and of which nothing was made yet, by run.

    Args:
        connection: an open transaction.
        before: those deferred first before this moment, by the clock of the database; a run that a person let go on
            counts from then on.
        refusals: classes of their newest refusal.
        limit: how many at most.
    """
    is_followed = exists().where(failure_follow_ups.c.delivery_id == _T.id)
    deferred = exists().where(
        delivery_events.c.delivery_id == _T.id,
        delivery_events.c.state == DeliveryState.DEFERRED,
        delivery_events.c.at <= before,
    )
    query = (
        select(deliveries)
        .join(runs, runs.c.id == _T.run_id)
        .where(
            runs.c.paused.is_(None),
            runs.c.began <= before,
            or_(runs.c.confirmed.is_(None), runs.c.confirmed <= before),
            _T.state == DeliveryState.DEFERRED,
            _T.refusal.in_(sorted(refusals)),
            _T.organization.is_not(None),
            ~is_followed,
            deferred,
        )
        .order_by(_T.run_id, _T.position, _T.id)
        .limit(limit)
    )
    return tuple(ledger_row(row) for row in (await connection.execute(query)).mappings())


async def followed_up_among(connection: AsyncConnection, ids: Collection[str]) -> frozenset[str]:
    """Give those of some deliveries of which something was made already.

    Args:
        connection: an open transaction.
        ids: the deliveries.
    """
    query = select(failure_follow_ups.c.delivery_id).where(failure_follow_ups.c.delivery_id.in_(sorted(ids)))
    return frozenset((await connection.execute(query)).scalars())
