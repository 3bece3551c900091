"""Who is not to be written to, as a worker asks it again and again while it sends."""

from collections.abc import Collection
from functools import cache

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.recipient import address_key
from distributor.store.rows import JsonRows, given, packed
from distributor.store.tables import suppressions

_OVERLAP = 50


async def among(connection: AsyncConnection, addresses: Collection[str]) -> frozenset[tuple[str, str]]:
    """Give key and list of those of some addresses that are left out, '' for every list.

    Args:
        connection: an open transaction.
        addresses: any number of addresses.
    """
    keys = sorted({address_key(address) for address in addresses})
    rows = await connection.execute(_among(connection.dialect.name), given(packed((key,)) for key in keys))
    return frozenset((row.address_key, row.list_id) for row in rows)


@cache
def _among(dialect: str) -> Select[str, str]:
    keys = select(JsonRows(dialect).text(0))
    return select(suppressions.c.address_key, suppressions.c.list_id).where(suppressions.c.address_key.in_(keys))


async def newest(connection: AsyncConnection) -> int:
    """Give the number of the newest suppression, for `since`.

    Args:
        connection: an open transaction.
    """
    return int(await connection.scalar(select(func.coalesce(func.max(suppressions.c.id), 0))) or 0)


async def since(connection: AsyncConnection, number: int) -> tuple[frozenset[tuple[str, str]], int]:
    """Give key and list of the addresses that were left out after a number, and the newest number.

    Args:
        connection: an open transaction.
        number: as `newest` or this function gave it.
    """
    # on PostgreSQL a number may become visible after a higher one: look a little further back
    beyond = suppressions.c.id > number - _OVERLAP
    query = select(suppressions.c.id, suppressions.c.address_key, suppressions.c.list_id).where(beyond)
    rows = (await connection.execute(query)).all()
    return frozenset((row.address_key, row.list_id) for row in rows), max([number, *(row.id for row in rows)])
