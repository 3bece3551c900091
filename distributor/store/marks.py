"""Marks in groups: many steps of many deliveries by a few statements, each guarded by the fence of its claim."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Insert, Update, false, func, insert, null, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.ledger import Mark
from distributor.model.run import FINAL_STATES, DeliveryState
from distributor.store.rows import Cell, JsonRows, packed, written
from distributor.store.tables import deliveries, delivery_events

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
_LONGEST_TEXT = 500


async def apply(connection: AsyncConnection, marks: Sequence[Mark], now: datetime) -> frozenset[str]:
    """Write marks in the order in which they were made; gives the ids of deliveries that another worker has by now.

    Marks may be applied again after a crash: a row that has what a mark says, or more, is left alone.

    Args:
        connection: an open writing transaction.
        marks: the marks; of several for one delivery the last one decides its state, and all become events.
        now: the clock of the database.
    """
    newest = {mark.delivery.id: mark for mark in marks}
    stale = set(newest)
    groups = sorted(newest.values(), key=_kind)
    for (state, orphans), group in groupby(groups, key=_kind):
        statement = _update(connection.dialect.name, DeliveryState(state), orphans)
        rows = [_row(mark, now) for mark in group]
        stale -= set((await connection.execute(statement, packed(rows))).scalars())
    await add_events(connection, marks, now)
    return frozenset(stale)


async def add_events(connection: AsyncConnection, marks: Sequence[Mark], now: datetime) -> None:
    """Append marks to the history of their deliveries.

    Args:
        connection: an open writing transaction.
        marks: the marks, in order.
        now: the moment of those that bear none.
    """
    if marks:
        await connection.execute(_insert(connection.dialect.name), packed([_event(mark, now) for mark in marks]))


def shortened(text: str) -> str:
    """Cut the text of a reply to what the ledger keeps, without characters that a database refuses."""
    return text[:_LONGEST_TEXT].replace("\0", "")


def _kind(mark: Mark) -> tuple[str, bool]:
    return mark.state.value, mark.orphans


def _row(mark: Mark, now: datetime) -> list[Cell]:
    at = mark.at or now
    following = mark.next_attempt or now
    return [mark.delivery.id, mark.delivery.fence, *_answer(mark), written(at), written(following)]


def _event(mark: Mark, now: datetime) -> list[Cell]:
    delivery = mark.delivery
    return [delivery.id, written(mark.at or now), delivery.attempts, mark.state.value, mark.worker, *_answer(mark)]


def _answer(mark: Mark) -> list[Cell]:
    reply, refusal = mark.reply, None if mark.refusal is None else mark.refusal.value
    if reply is None:
        return [None, None, None, refusal]
    return [reply.phase.value, reply.code, shortened(reply.text), refusal]


@cache
def _update(dialect: str, state: DeliveryState, orphans: bool) -> Update:
    given = JsonRows(dialect)
    table = deliveries.c
    phase, code, text, refusal, at, following = (
        given.text(2),
        given.number(3),
        given.text(4),
        given.text(5),
        given.moment(6),
        given.moment(7),
    )
    changes: dict[str, Any] = {
        "state": state,
        "refusal": refusal,
        "reply_phase": func.coalesce(phase, table.reply_phase),
        "reply_code": func.coalesce(code, table.reply_code),
        "reply_text": func.coalesce(text, table.reply_text),
    }
    if state in FINAL_STATES:
        changes |= {"finished": at, "lease_until": null(), "warned": false()}
    elif orphans:
        # its worker does not wait any more: due for the policy at once
        changes |= {"worker": null(), "lease_until": at, "warned": true()}
    elif state is _S.IN_DOUBT:
        changes["lease_until"] = func.coalesce(table.lease_until, at)
    else:
        changes |= {"next_attempt": following, "lease_until": null(), "warned": false()}
    if state is _S.PENDING:
        changes["attempts"] = table.attempts - 1
    return (
        update(deliveries)
        .where(table.id == given.text(0), table.fence == given.number(1), table.state.in_(_BEFORE[state]))
        .values(changes)
        .returning(table.id)
    )


@cache
def _insert(dialect: str) -> Insert:
    given = JsonRows(dialect)
    names = ["delivery_id", "at", "attempt", "state", "worker", "phase", "code", "text", "refusal"]
    numbers = {"attempt", "code"}
    cells = [
        given.moment(position) if name == "at" else given.number(position) if name in numbers else given.text(position)
        for position, name in enumerate(names)
    ]
    return insert(delivery_events).from_select(names, select(*cells))
