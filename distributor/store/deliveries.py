"""Deliveries as people see them, and what people and policies do to them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import ColumnElement, RowMapping, and_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.ledger import LedgerEvent, LedgerRow, Mark, Settlement
from distributor.model.run import FINAL_STATES, DeliveryState, Reply
from distributor.store.among import among
from distributor.store.claims import delivery_of, is_orphaned, reply_of
from distributor.store.lanes import free_turns
from distributor.store.marks import add_events
from distributor.store.tables import deliveries, delivery_events
from distributor.store.values import restore

_S = DeliveryState


async def ledger(connection: AsyncConnection, run_id: str) -> tuple[LedgerRow, ...]:
    """Give the deliveries of a run in their order.

    Args:
        connection: an open transaction.
        run_id: the run.
    """
    query = select(deliveries).where(deliveries.c.run_id == run_id).order_by(deliveries.c.position)
    return tuple(ledger_row(row) for row in (await connection.execute(query)).mappings())


async def events(connection: AsyncConnection, delivery_id: str) -> tuple[LedgerEvent, ...]:
    """Give the history of a delivery, oldest first.

    Args:
        connection: an open transaction.
        delivery_id: the delivery.
    """
    query = select(delivery_events).where(delivery_events.c.delivery_id == delivery_id).order_by(delivery_events.c.id)
    rows = [
        {name: row[name] for name in LedgerEvent.__dataclass_fields__}
        for row in (await connection.execute(query)).mappings()
    ]
    return restore(tuple[LedgerEvent, ...], rows)


async def unwritten(connection: AsyncConnection, marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Give those of the marks that are not in the history yet; each must bear its moment.

    Args:
        connection: an open transaction.
        marks: the marks of a journal.
    """
    ids = sorted({mark.delivery.id for mark in marks})
    known = set()
    for begin in range(0, len(ids), 500):
        query = select(delivery_events.c.delivery_id, delivery_events.c.state, delivery_events.c.at).where(
            delivery_events.c.delivery_id.in_(ids[begin : begin + 500]),
        )
        known |= {tuple(row) for row in await connection.execute(query)}
    return tuple(mark for mark in marks if (mark.delivery.id, mark.state.value, mark.at) not in known)


async def settle(connection: AsyncConnection, settled: Mapping[str, Settlement], now: datetime) -> int:
    """Bring deliveries out of doubt, those alone that no worker waits for; returns how many.

    Args:
        connection: an open writing transaction.
        settled: by the id of the delivery.
        now: the clock of the database.
    """
    moved = 0
    for delivery_id, settlement in settled.items():
        which = and_(deliveries.c.id == delivery_id, is_orphaned())
        moved += len(await _move(connection, which, settlement, now))
    return moved


async def settle_run(
    connection: AsyncConnection, run_id: str, ids: Collection[str] | None, settlement: Settlement, now: datetime
) -> int:
    """Bring deliveries of a run out of doubt as a person says; returns how many.

    Args:
        connection: an open writing transaction.
        run_id: the run.
        ids: these alone, None for all.
        settlement: what the person says.
        now: the clock of the database.
    """
    return len(await _move(connection, and_(_of(connection, run_id, ids), is_orphaned()), settlement, now))


async def make_due(
    connection: AsyncConnection,
    run_id: str,
    which: tuple[Collection[str], Collection[DeliveryState]],
    actor: str,
    now: datetime,
) -> int:
    """Make finished deliveries due again, with the whole patience of a first attempt; returns how many.

    Args:
        connection: an open writing transaction.
        run_id: the run.
        which: their ids, and the states in which they must stand.
        actor: who wants it.
        now: the clock of the database.
    """
    ids, states = which
    chosen = and_(_of(connection, run_id, ids), deliveries.c.state.in_(sorted(states)))
    return len(await _move(connection, chosen, Settlement(_S.PENDING, actor), now, {"attempts": 0, "finished": None}))


async def cancel_rest(connection: AsyncConnection, run_id: str, actor: str, now: datetime) -> int:
    """Cancel what a run has not sent and no worker has in hand, and free its turns; returns how many.

    Args:
        connection: an open writing transaction.
        run_id: the run.
        actor: who wants it.
        now: the clock of the database.
    """
    which = and_(deliveries.c.run_id == run_id, deliveries.c.state.in_((_S.PENDING, _S.DEFERRED)))
    cancelled = len(await _move(connection, which, Settlement(_S.CANCELLED, actor), now))
    if cancelled:
        await free_turns(connection, now)
    return cancelled


async def cancel_variant(connection: AsyncConnection, run_id: str, variant: str, actor: str, now: datetime) -> int:
    """Cancel what a run has not sent of one rendering and no worker has in hand; returns how many.

    Args:
        connection: an open writing transaction.
        run_id: the run.
        variant: digest of the rendering.
        actor: who wants it.
        now: the clock of the database.
    """
    waits = deliveries.c.state.in_((_S.PENDING, _S.DEFERRED))
    which = and_(deliveries.c.run_id == run_id, deliveries.c.variant == variant, waits)
    return len(await _move(connection, which, Settlement(_S.CANCELLED, actor), now))


async def _move(
    connection: AsyncConnection,
    which: ColumnElement[bool],
    settlement: Settlement,
    now: datetime,
    changes: Mapping[str, object] = MappingProxyType({}),
) -> Sequence[RowMapping]:
    """Bring all rows of a condition to one state, and write their history."""
    state, reply = settlement.state, settlement.reply
    moved: dict[str, object] = {"state": state, "lease_until": None, "warned": False, "refusal": None, **changes}
    if state in FINAL_STATES:
        moved["finished"] = now
    else:
        moved["next_attempt"] = settlement.next_attempt or now
    if reply is not None:
        moved |= _written(reply)
    query = update(deliveries).where(which).values(moved).returning(deliveries)
    rows: Sequence[RowMapping] = (await connection.execute(query)).mappings().all()
    await add_events(connection, [Mark(delivery_of(row), state, settlement.by, reply) for row in rows], now)
    return rows


def _written(reply: Reply) -> dict[str, object]:
    return {"reply_phase": reply.phase, "reply_code": reply.code, "reply_text": reply.text}


def _of(connection: AsyncConnection, run_id: str, ids: Collection[str] | None) -> ColumnElement[bool]:
    chosen = true() if ids is None else among(connection, deliveries.c.id, ids)
    return and_(deliveries.c.run_id == run_id, chosen)


def ledger_row(row: RowMapping) -> LedgerRow:
    """Restore a row of the ledger."""
    shown = {name: row[name] for name in ("refusal", "next_attempt", "finished")}
    return restore(LedgerRow, {"delivery": delivery_of(row), "reply": reply_of(row), **shown})
