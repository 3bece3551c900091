"""The clock of the database: reading it, and pulling back what was planned by it when it was set back."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Interval, case, delete, func, insert, literal, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.type_api import TypeEngine

from distributor.model.run import DeliveryState
from distributor.store.tables import clock, deliveries, lanes
from distributor.store.types import Moment

_ONLY: Final = 1
# clocks that are kept right by small steps are not worth a row
_SMALL: Final = timedelta(seconds=5)
_MOMENT: Final[TypeEngine[datetime]] = Moment()


async def read_clock(connection: AsyncConnection) -> datetime:
    """Read the clock of the database.

    Args:
        connection: an open transaction.
    """
    if connection.dialect.name == "sqlite":
        written = await connection.scalar(text("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')"))
        return datetime.fromisoformat(str(written)).replace(tzinfo=UTC)
    moment: datetime = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
    return moment.astimezone(UTC)


async def gone_back(connection: AsyncConnection, now: datetime) -> timedelta:
    """Tell by how much the clock of the database was set back since it was last looked at; whoever asks first is told.

    Args:
        connection: an open writing transaction, in which what was planned is pulled back.
        now: the clock of the database.
    """
    seen: datetime | None = await connection.scalar(select(clock.c.seen).with_for_update())
    if seen is not None and abs(now - seen) < _SMALL:
        return timedelta()
    await connection.execute(delete(clock))
    await connection.execute(insert(clock).values(id=_ONLY, seen=now))
    return timedelta() if seen is None else max(seen - now, timedelta())


async def pull_back(connection: AsyncConnection, jump: timedelta, now: datetime, lease: timedelta) -> None:
    """Plan everything that waits anew after the clock of the database was set back: attempts, leases and lanes.

    Args:
        connection: an open writing transaction.
        jump: by how much it was set back.
        now: the clock of the database.
        lease: how long a lease is at most; what ends later was given before the jump.
    """
    table = deliveries.c
    waits = or_(table.state == DeliveryState.PENDING, table.state == DeliveryState.DEFERRED)
    postponed = update(deliveries).where(waits, table.next_attempt > now)
    await connection.execute(postponed.values(next_attempt=_earlier(connection, table.next_attempt, jump)))
    held = update(deliveries).where(table.lease_until > now + lease)
    await connection.execute(held.values(lease_until=_earlier(connection, table.lease_until, jump)))
    columns = (lanes.c.filled, lanes.c.slowed, lanes.c.booked_until, lanes.c.closed_until)
    changes = {
        column.name: case((column > now, _earlier(connection, column, jump)), else_=column) for column in columns
    }
    await connection.execute(update(lanes).values(changes))


def _earlier(connection: AsyncConnection, column: ColumnElement[Any], jump: timedelta) -> ColumnElement[Any]:
    if connection.dialect.name == "sqlite":
        step = literal(f"-{jump.total_seconds():.3f} seconds")
        # the driver writes and compares six digits behind the second
        return func.strftime("%Y-%m-%d %H:%M:%f000", column, step, type_=_MOMENT)
    return column - literal(jump, Interval())
