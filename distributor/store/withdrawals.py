"""What was taken back, with the reason that readers are told; each act stays on record, also one that was undone."""

from datetime import datetime

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.revision import Withdrawal
from distributor.store.tables import withdrawals
from distributor.store.values import restore


async def add(connection: AsyncConnection, withdrawal: Withdrawal) -> None:
    """Keep a withdrawal.

    Args:
        connection: an open writing transaction.
        withdrawal: what was taken back, and why.
    """
    fields = {name: getattr(withdrawal, name) for name in Withdrawal.__dataclass_fields__}
    await connection.execute(insert(withdrawals).values(fields))


async def standing(connection: AsyncConnection, bulletin_id: str, item_key: str | None = None) -> Withdrawal | None:
    """Give the withdrawal that holds now, or None; a correction that dropped an item is none.

    Args:
        connection: an open transaction.
        bulletin_id: the bulletin.
        item_key: an item of it, None for the whole bulletin.
    """
    query = select(withdrawals).where(*_of(bulletin_id, item_key), withdrawals.c.undone.is_(None))
    row = (await connection.execute(query.order_by(withdrawals.c.withdrawn.desc()).limit(1))).mappings().first()
    return None if row is None else restore(Withdrawal, {name: row[name] for name in Withdrawal.__dataclass_fields__})


async def undo(connection: AsyncConnection, withdrawal_id: str, by: str, moment: datetime) -> None:
    """Say that a withdrawal holds no longer.

    Args:
        connection: an open writing transaction.
        withdrawal_id: the withdrawal.
        by: name of the actor.
        moment: when.
    """
    change = update(withdrawals).where(withdrawals.c.id == withdrawal_id)
    await connection.execute(change.values(undone=moment, undone_by=by))


def _of(bulletin_id: str, item_key: str | None) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    which = withdrawals.c.item_key.is_(None) if item_key is None else withdrawals.c.item_key == item_key
    return withdrawals.c.bulletin_id == bulletin_id, which
