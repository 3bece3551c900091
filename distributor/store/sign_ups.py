"""How often somebody asked to be written to: counted in the database, so that a restart or a second process knows."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.canonical import digest
from distributor.store.tables import sign_up_counts

_SPAN = timedelta(minutes=5)


async def count(connection: AsyncConnection, key: tuple[str, str], moment: datetime, within: timedelta) -> int:
    """Count one more and give how many there were in a sliding span of time, this one included.

    Args:
        connection: an open writing transaction.
        key: what is counted: `address`, `origin` or `domain`, and its value; kept as a digest.
        moment: now.
        within: the span.
    """
    name = digest(["sign-up", *key])
    began = moment - (moment - datetime.min.replace(tzinfo=moment.tzinfo)) % _SPAN
    make = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    row = {"key": name, "began": began, "count": 1}
    await connection.execute(
        make(sign_up_counts)
        .values(row)
        .on_conflict_do_update(index_elements=["key", "began"], set_={"count": sign_up_counts.c.count + 1}),
    )
    query = select(func.sum(sign_up_counts.c.count)).where(
        sign_up_counts.c.key == name, sign_up_counts.c.began > moment - within
    )
    return int(await connection.scalar(query) or 0)


async def forget(connection: AsyncConnection, before: datetime) -> int:
    """Forget old counts; returns how many.

    Args:
        connection: an open writing transaction.
        before: counts older than this.
    """
    return (await connection.execute(delete(sign_up_counts).where(sign_up_counts.c.began < before))).rowcount
