"""Marks in groups: many steps of many deliveries by a few statements, each guarded by the fence of its claim."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    Update,
    and_,
    bindparam,
    exists,
    false,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.ledger import Mark
from distributor.model.run import FINAL_STATES, Delivery, DeliveryState
from distributor.store import entries
from distributor.store.entries import CELLS
from distributor.store.rows import JsonRows, given, packed
from distributor.store.tables import deliveries, delivery_events
from distributor.store.types import Moment

_S = DeliveryState
_HELD = (_S.CLAIMED, _S.IN_DOUBT)
# with the fence unchanged, PENDING means that the lease ran out and nobody has claimed it since: what the relay did
# to it is still the truth
_BEFORE = {
    _S.IN_DOUBT: (*_HELD, _S.PENDING),
    _S.SENT: (*_HELD, _S.PENDING),
    _S.DEFERRED: (*_HELD, _S.PENDING),
    _S.FAILED: (*_HELD, _S.PENDING),
    _S.SUPPRESSED: (_S.CLAIMED, _S.PENDING),
    _S.PENDING: (_S.CLAIMED,),
}
_Written = tuple[Mark, str]


async def apply(connection: AsyncConnection, marks: Sequence[Mark], now: datetime) -> frozenset[str]:
    """Write marks in the order in which they were made; gives the ids of deliveries that another worker has by now.

    Marks may be applied again after a crash: a row that has what a mark says, or more, is left alone.

    Args:
        connection: an open writing transaction.
        marks: the marks; of several for one delivery the last one decides its state, and all become events.
        now: the clock of the database.
    """
    return await apply_written(connection, [(mark, entries.write(mark, now)) for mark in marks])


async def apply_written(connection: AsyncConnection, marks: Sequence[_Written]) -> frozenset[str]:
    """Write marks that are in writing already; see `apply`.

    Args:
        connection: an open writing transaction.
        marks: the marks and what `entries.write` gave for them.
    """
    newest = {mark.delivery.id: (mark, text) for mark, text in marks}
    kinds: dict[tuple[DeliveryState, bool], list[str]] = {}
    for mark, text in newest.values():
        kinds.setdefault((mark.state, mark.orphans), []).append(text)
    stale = set(newest)
    for (state, orphans), rows in kinds.items():
        statement = _update(connection.dialect.name, state, orphans)
        stale -= set((await connection.execute(statement, given(rows))).scalars())
    if marks:
        await connection.execute(_insert(connection.dialect.name), given(text for _, text in marks))
    if stale:
        stale -= await _revived(connection, [newest[one] for one in stale])
    return frozenset(stale)


async def _revived(connection: AsyncConnection, stale: Sequence[_Written]) -> set[str]:
    """Write what the relay has, or may have, although it was cancelled meanwhile; not if a later run has it, too."""
    revived: set[str] = set()
    for mark, text in stale:
        if mark.state in {_S.SENT, _S.IN_DOUBT}:
            statement = _update(connection.dialect.name, mark.state, mark.orphans, revives=True)
            revived |= set((await connection.execute(statement, given([text]))).scalars())
    return revived


async def add_events(connection: AsyncConnection, marks: Sequence[Mark], now: datetime) -> None:
    """Append marks to the history of their deliveries.

    Args:
        connection: an open writing transaction.
        marks: the marks, in order.
        now: the moment of those that bear none.
    """
    if marks:
        await connection.execute(_insert(connection.dialect.name), given(entries.write(mark, now) for mark in marks))


async def add_claims(connection: AsyncConnection, claimed: Sequence[Delivery], worker: str, now: datetime) -> None:
    """Append to the history of deliveries that a worker has claimed them.

    Args:
        connection: an open writing transaction.
        claimed: the deliveries.
        worker: its name.
        now: when.
    """
    if claimed:
        rows = [packed((delivery.id, delivery.attempts)) for delivery in claimed]
        await connection.execute(_insert_claims(connection.dialect.name), {**given(rows), "at": now, "worker": worker})


@cache
def _update(dialect: str, state: DeliveryState, orphans: bool, *, revives: bool = False) -> Update:
    rows = JsonRows(dialect)
    table = deliveries.c
    at = rows.moment(CELLS["at"])
    changes: dict[str, Any] = {
        "state": state,
        "refusal": rows.text(CELLS["refusal"]),
        "reply_phase": func.coalesce(rows.text(CELLS["phase"]), table.reply_phase),
        "reply_code": func.coalesce(rows.number(CELLS["code"]), table.reply_code),
        "reply_text": func.coalesce(rows.text(CELLS["text"]), table.reply_text),
    }
    if state in FINAL_STATES:
        changes |= {"finished": at, "lease_until": null(), "warned": false()}
    elif orphans:
        # its worker does not wait any more: due for the policy at once
        changes |= {"worker": null(), "lease_until": at, "warned": true()}
    elif state is _S.IN_DOUBT:
        changes["lease_until"] = func.coalesce(table.lease_until, at)
    else:
        following = func.coalesce(rows.moment(CELLS["following"]), at)
        changes |= {"next_attempt": following, "lease_until": null(), "warned": false()}
    if state is _S.PENDING:
        changes["attempts"] = table.attempts - 1
    which = (table.id == rows.text(CELLS["delivery"]), table.fence == rows.number(CELLS["fence"]))
    if revives:
        before = and_(table.state == _S.CANCELLED, ~_has_twin())
        changes.setdefault("finished", null())
    else:
        # not by in_(), whose list is written anew at every execution
        before = or_(*(table.state == earlier for earlier in _BEFORE[state]))
    return update(deliveries).where(*which, before).values(changes).returning(table.id)


def _has_twin() -> ColumnElement[bool]:
    twin = deliveries.alias("twin")
    same = (twin.c[name] == deliveries.c[name] for name in ("bulletin_id", "mailing", "address"))
    return exists().where(*same, twin.c.id != deliveries.c.id, twin.c.state != _S.CANCELLED)


@cache
def _insert(dialect: str) -> Insert:
    rows = JsonRows(dialect)
    cells = {
        "delivery_id": rows.text(CELLS["delivery"]),
        "at": rows.moment(CELLS["at"]),
        "attempt": rows.number(CELLS["attempt"]),
        "code": rows.number(CELLS["code"]),
        **{name: rows.text(CELLS[name]) for name in ("state", "worker", "phase", "text", "refusal")},
    }
    return insert(delivery_events).from_select(list(cells), select(*cells.values()))


@cache
def _insert_claims(dialect: str) -> Insert:
    rows = JsonRows(dialect)
    cells = {
        "delivery_id": rows.text(0),
        "at": bindparam("at", type_=Moment),
        "attempt": rows.number(1),
        "state": literal(_S.CLAIMED.value),
        "worker": bindparam("worker"),
    }
    return insert(delivery_events).from_select(list(cells), select(*cells.values()))
