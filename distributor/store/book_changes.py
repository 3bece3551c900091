"""Changes of the address book: made and written down in one step, so that no change is without its history."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from sqlalchemy import RowMapping, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.errors import NotFound
from distributor.model.history import Action, BookAct, Change, RecordedAct, RecordedChange, Subject, changed_fields
from distributor.store.book_rows import TABLES, entity_of, fields_of, key_columns, row_of
from distributor.store.tables import address_book_acts, address_book_changes

_CHUNK = 5_000
# what goes first makes room, what comes next makes what others need
_ORDER = (Action.REMOVE, Action.ADD, Action.CHANGE)
_SUBJECTS = tuple(TABLES)
# beside the fields of a list that moves or goes: the ids of all lists in their order before
_MOVED = "order"
_ACT_FIELDS = tuple(RecordedAct.__dataclass_fields__)


async def record(connection: AsyncConnection, act: RecordedAct, changes: Sequence[Change]) -> RecordedAct:
    """Make the changes of one act and write down who made them, with the rows before and after.

    Args:
        connection: an open writing transaction.
        act: who, when, what; its count is filled in.
        changes: what to do.
    """
    await begin(connection, act)
    await make(connection, act, changes)
    return await finish(connection, act, len(changes))


async def begin(connection: AsyncConnection, act: RecordedAct) -> None:
    """Write down an act whose changes come in several parts, see `make` and `finish`."""
    await connection.execute(insert(address_book_acts).values({**fields_of(act), "at": act.at}))


async def make(connection: AsyncConnection, act: RecordedAct, changes: Iterable[Change]) -> None:
    """Make changes and write them down.

    Args:
        connection: an open writing transaction.
        act: the act they belong to, already begun.
        changes: what to do; of a row there may be one change.
    """
    wanted = sorted(changes, key=lambda change: (_ORDER.index(change.action), _SUBJECTS.index(change.subject)))
    order = await _list_order(connection) if any(change.subject is Subject.LIST for change in wanted) else ()
    for (action, subject), same in groupby(wanted, key=lambda change: (change.action, change.subject)):
        await _make(connection, action, subject, list(same))
    for start in range(0, len(wanted), _CHUNK):
        rows = [_change_row(act, change, order) for change in wanted[start : start + _CHUNK]]
        await connection.execute(insert(address_book_changes), rows)


async def finish(connection: AsyncConnection, act: RecordedAct, count: int) -> RecordedAct:
    """Write down how many changes an act made.

    Args:
        connection: an open writing transaction.
        act: the act.
        count: number of changes.
    """
    await connection.execute(
        update(address_book_acts).where(address_book_acts.c.id == act.id).values(count=count),
    )
    return replace(act, count=count)


async def mark_undone(connection: AsyncConnection, act_id: str, by: str) -> None:
    """Write down that an act was taken back.

    Args:
        connection: an open writing transaction.
        act_id: the act.
        by: id of the act that took it back.
    """
    await connection.execute(update(address_book_acts).where(address_book_acts.c.id == act_id).values(undone=by))


async def get_act(connection: AsyncConnection, act_id: str) -> RecordedAct:
    """Give an act.

    Raises:
        NotFound: `act-unknown`.
    """
    found = await connection.execute(select(address_book_acts).where(address_book_acts.c.id == act_id))
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound("act-unknown", id=act_id)
    return _act(row)


async def list_acts(connection: AsyncConnection, *, limit: int, before: str | None = None) -> tuple[RecordedAct, ...]:
    """Give acts, newest first.

    Args:
        connection: an open transaction.
        limit: how many.
        before: id of the act after which to go on.
    """
    query = select(address_book_acts).order_by(address_book_acts.c.number.desc()).limit(limit)
    if before is not None:
        number = select(address_book_acts.c.number).where(address_book_acts.c.id == before).scalar_subquery()
        query = query.where(address_book_acts.c.number < number)
    return tuple(_act(row) for row in (await connection.execute(query)).mappings())


async def changes_of(connection: AsyncConnection, act_id: str, *, limit: int | None = None) -> tuple[Change, ...]:
    """Give the changes of an act, in the order in which they were made.

    Args:
        connection: an open transaction.
        act_id: the act.
        limit: how many at most.
    """
    table = address_book_changes
    query = select(table).where(table.c.act_id == act_id).order_by(table.c.id).limit(limit)
    return tuple(_change(row) for row in (await connection.execute(query)).mappings())


async def list_order_before(connection: AsyncConnection, act_id: str) -> tuple[str, ...]:
    """Give the ids of all lists in their order before an act that moved or removed one; else nothing.

    Args:
        connection: an open transaction.
        act_id: the act.
    """
    table = address_book_changes
    query = select(table.c.before).where(table.c.act_id == act_id, table.c.subject == Subject.LIST)
    kept = (await connection.execute(query.order_by(table.c.id))).scalars()
    return next((tuple(before[_MOVED]) for before in kept if before is not None and _MOVED in before), ())


async def history_of(connection: AsyncConnection, subject: Subject, key: str) -> tuple[RecordedChange, ...]:
    """Give what happened to one row, newest first.

    Args:
        connection: an open transaction.
        subject: kind of row.
        key: id of the row.
    """
    table = address_book_changes
    query = (
        select(table, *(address_book_acts.c[name].label(f"of_{name}") for name in _ACT_FIELDS))
        .join(address_book_acts, address_book_acts.c.id == table.c.act_id)
        .where(table.c.subject == subject, table.c.key == key)
        .order_by(table.c.id.desc())
    )
    rows = (await connection.execute(query)).mappings()
    return tuple(RecordedChange(_act(row, "of_"), _change(row)) for row in rows)


async def _make(connection: AsyncConnection, action: Action, subject: Subject, changes: list[Change]) -> None:
    table = TABLES[subject]
    if action is Action.ADD:
        first = await _first_position(connection, subject)
        rows = [row_of(subject, change.id, change.after) for change in changes if change.after is not None]
        if first is not None:
            rows = [{**row, "position": first + number} for number, row in enumerate(rows)]
        for start in range(0, len(rows), _CHUNK):
            await connection.execute(insert(table), rows[start : start + _CHUNK])
        return
    # bound names of four characters and the column: a column may not be bound under its own name in an update
    keys = [{f"key_{name}": part for name, part in key_columns(subject, c.id).items()} for c in changes]
    found = [table.c[name[4:]] == bindparam(name) for name in keys[0]]
    if action is Action.REMOVE:
        await connection.execute(delete(table).where(*found), keys)
        return
    rows = [
        {**{f"new_{name}": value for name, value in row_of(subject, change.id, change.after).items()}, **key}
        for change, key in zip(changes, keys, strict=True)
        if change.after is not None
    ]
    values: dict[str, Any] = {name[4:]: bindparam(name) for name in rows[0] if name.startswith("new_")}
    await connection.execute(update(table).where(*found).values(values), rows)


async def _first_position(connection: AsyncConnection, subject: Subject) -> int | None:
    table = TABLES[subject]
    if "position" not in table.c:
        return None
    return int(await connection.scalar(select(func.coalesce(func.max(table.c.position), -1))) or 0) + 1


def _change_row(act: RecordedAct, change: Change, order: Sequence[str]) -> dict[str, Any]:
    before = None if change.before is None else fields_of(change.before)
    moves = change.action is Action.REMOVE or _MOVED in change.fields
    if before is not None and change.subject is Subject.LIST and moves:
        before[_MOVED] = list(order)
    return {
        "act_id": act.id,
        "subject": change.subject,
        "key": change.id,
        "action": change.action,
        "before": before,
        "after": None if change.after is None else fields_of(change.after),
    }


async def _list_order(connection: AsyncConnection) -> tuple[str, ...]:
    lists = TABLES[Subject.LIST]
    rows = await connection.execute(select(lists.c.id).order_by(lists.c.position, lists.c.id))
    return tuple(rows.scalars())


def _act(row: RowMapping, prefix: str = "") -> RecordedAct:
    fields = {name: row[f"{prefix}{name}"] for name in _ACT_FIELDS}
    return RecordedAct(**{**fields, "act": BookAct(fields["act"])})


def _change(row: RowMapping) -> Change:
    subject = Subject(row["subject"])
    before, after = (None if row[side] is None else entity_of(subject, row[side]) for side in ("before", "after"))
    moved = (_MOVED,) if row["action"] == Action.CHANGE and _MOVED in row["before"] else ()
    return Change(Action(row["action"]), subject, row["key"], before, after, (*changed_fields(before, after), *moved))
