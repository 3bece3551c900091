"""Second factors of accounts: secrets of one-time codes, sealed before they come here."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.store.tables import second_factors


@dataclass(frozen=True, slots=True)
class KeptFactor:
    """The second factor of an account.

    Args:
        user: name of the account.
        sealed: the secret, sealed with a key that is not in the database.
        last_step: newest step whose code was used.
    """

    user: str
    sealed: str
    last_step: int


async def set_factor(connection: AsyncConnection, factor: KeptFactor, moment: datetime) -> None:
    """Keep the second factor of an account instead of the one before.

    Args:
        connection: an open writing transaction.
        factor: the factor.
        moment: now.
    """
    await remove(connection, factor.user)
    row = {"user": factor.user, "sealed": factor.sealed, "last_step": factor.last_step, "enabled": moment}
    await connection.execute(insert(second_factors).values(row))


async def find(connection: AsyncConnection, user: str) -> KeptFactor | None:
    """Give the second factor of an account, or None; in a writing transaction nobody else uses it meanwhile.

    Args:
        connection: an open transaction.
        user: name of the account.
    """
    columns = (second_factors.c.user, second_factors.c.sealed, second_factors.c.last_step)
    query = select(*columns).where(second_factors.c.user == user).with_for_update()
    row = (await connection.execute(query)).first()
    return None if row is None else KeptFactor(row.user, row.sealed, row.last_step)


async def holders(connection: AsyncConnection) -> frozenset[str]:
    """Give the names of the accounts that have one."""
    return frozenset((await connection.execute(select(second_factors.c.user))).scalars())


async def use(connection: AsyncConnection, user: str, step: int) -> None:
    """Note that the code of a step was used.

    Args:
        connection: an open writing transaction.
        user: name of the account.
        step: the step.
    """
    change = update(second_factors).where(second_factors.c.user == user)
    await connection.execute(change.values(last_step=step))


async def remove(connection: AsyncConnection, user: str) -> bool:
    """Remove the second factor of an account; returns whether it had one.

    Args:
        connection: an open writing transaction.
        user: name of the account.
    """
    gone = await connection.execute(delete(second_factors).where(second_factors.c.user == user))
    return gone.rowcount > 0
