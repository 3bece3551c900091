"""Recovery codes of second factors; each is kept as an authenticator and is gone once it was used."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.store.tables import recovery_codes


async def replace_all(connection: AsyncConnection, user: str, seals: Sequence[str]) -> None:
    """Keep the codes of an account instead of those before.

    Args:
        connection: an open writing transaction.
        user: name of the account.
        seals: authenticator of each code; none removes all.
    """
    await connection.execute(delete(recovery_codes).where(recovery_codes.c.user == user))
    if seals:
        await connection.execute(insert(recovery_codes), [{"user": user, "seal": seal} for seal in seals])


async def take(connection: AsyncConnection, user: str, seals: Collection[str]) -> bool:
    """Use up a code; returns whether there was one.

    Args:
        connection: an open writing transaction.
        user: name of the account.
        seals: authenticators that the code may have.
    """
    chosen = (recovery_codes.c.user == user) & recovery_codes.c.seal.in_(sorted(seals))
    return (await connection.execute(delete(recovery_codes).where(chosen))).rowcount > 0


async def count(connection: AsyncConnection, user: str) -> int:
    """Give the number of codes that an account has left."""
    query = select(func.count()).select_from(recovery_codes).where(recovery_codes.c.user == user)
    return int(await connection.scalar(query) or 0)
