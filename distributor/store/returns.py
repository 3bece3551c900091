"""Reports about mails: which delivery each speaks of, taken once, and the failure that it brings."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.ledger import Mark
from distributor.model.report import TakenReport, Trace
from distributor.model.run import Delivery, DeliveryState, RefusalClass, Reply
from distributor.store.claims import delivery_of, is_orphaned
from distributor.store.entries import shortened
from distributor.store.marks import add_events
from distributor.store.tables import deliveries, taken_reports
from distributor.store.values import restore

_FIELDS = tuple(TakenReport.__dataclass_fields__)


async def find(connection: AsyncConnection, digest: str) -> TakenReport | None:
    """Give what was made of a report, or None when it was not taken yet.

    Args:
        connection: an open transaction.
        digest: digest of its bytes.
    """
    row = (await connection.execute(select(taken_reports).where(taken_reports.c.digest == digest))).mappings().first()
    return None if row is None else restore(TakenReport, {name: row[name] for name in _FIELDS})


async def add(connection: AsyncConnection, taken: TakenReport) -> None:
    """Write down that a report was taken.

    Args:
        connection: an open writing transaction.
        taken: what was made of it.
    """
    values = {name: getattr(taken, name) for name in _FIELDS}
    await connection.execute(insert(taken_reports).values({**values, "said": shortened(taken.said)}))


async def of_deliveries(connection: AsyncConnection, ids: Sequence[str]) -> tuple[TakenReport, ...]:
    """Give the reports about some deliveries, oldest first.

    Args:
        connection: an open transaction.
        ids: the deliveries, a few hundred at most.
    """
    query = select(taken_reports).where(taken_reports.c.delivery_id.in_(ids)).order_by(taken_reports.c.at)
    rows = (await connection.execute(query)).mappings()
    return restore(tuple[TakenReport, ...], [{name: row[name] for name in _FIELDS} for row in rows])


async def traced(connection: AsyncConnection, trace: Trace) -> Delivery | None:
    """Find the delivery that a report speaks of, by its surest hint.

    Args:
        connection: an open transaction.
        trace: what the report says.
    """
    table = deliveries.c
    ways: tuple[tuple[ColumnElement[str], tuple[str, ...]], ...] = (
        (table.id, (trace.verified,) if trace.verified else ()),
        (table.idempotency_key, trace.keys),
        (table.message_id, trace.message_ids),
        (table.id, trace.envelope_ids),
    )
    for column, values in ways:
        if values:
            found = {row[str(column.key)]: row for row in await _rows(connection, column.in_(values))}
            row = next((found[value] for value in values if value in found), None)
            if row is not None:
                return delivery_of(row)
    return None


async def bounce(
    connection: AsyncConnection, delivery: Delivery, reply: Reply, refusal: RefusalClass, now: datetime
) -> bool:
    """Let a delivery that the relay took, or may have taken, fail by a report; returns False for any other.

    Args:
        connection: an open writing transaction.
        delivery: the delivery.
        reply: what the report says.
        refusal: its class.
        now: the clock of the database.
    """
    taken = or_(deliveries.c.state == DeliveryState.SENT, is_orphaned())
    failed = update(deliveries).where(deliveries.c.id == delivery.id, taken)
    said = {"reply_phase": reply.phase, "reply_code": reply.code, "reply_text": shortened(reply.text)}
    ended = {"state": DeliveryState.FAILED, "finished": now, "lease_until": None, "warned": False}
    result = await connection.execute(failed.values(refusal=refusal, **ended, **said))
    if result.rowcount != 1:
        return False
    await note(connection, delivery, DeliveryState.FAILED, reply, now, refusal)
    return True


async def note(
    connection: AsyncConnection,
    delivery: Delivery,
    state: DeliveryState,
    reply: Reply,
    now: datetime,
    refusal: RefusalClass | None = None,
) -> None:
    """Append to the history of a delivery what came back about it.

    Args:
        connection: an open writing transaction.
        delivery: the delivery.
        state: where it stands.
        reply: what the report says.
        now: the clock of the database.
        refusal: class of a failure, or None.
    """
    await add_events(connection, [Mark(delivery, state, "report", reply, refusal)], now)


async def is_held(connection: AsyncConnection, delivery_id: str) -> bool:
    """Tell whether a worker has a delivery in hand: what it knows of it may not be written down yet.

    Args:
        connection: an open transaction.
        delivery_id: the delivery.
    """
    held = (DeliveryState.CLAIMED, DeliveryState.IN_DOUBT)
    query = select(deliveries.c.id).where(
        deliveries.c.id == delivery_id, deliveries.c.state.in_(held), deliveries.c.worker.is_not(None)
    )
    return await connection.scalar(query) is not None


async def _rows(connection: AsyncConnection, condition: ColumnElement[bool]) -> Sequence[RowMapping]:
    # the last one counts: of two with one key, all but one were cancelled
    query = select(deliveries).where(condition).order_by(deliveries.c.state != DeliveryState.CANCELLED)
    return (await connection.execute(query)).mappings().all()
