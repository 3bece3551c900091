"""Reports of what was forgotten, one a day; the row of a day also keeps two workers from purging at once."""

from datetime import date, datetime

from sqlalchemy import exists, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.retention import RetentionReport
from distributor.store.tables import retention_reports


async def exists_for(connection: AsyncConnection, day: date) -> bool:
    """Tell whether a day has its report.

    Args:
        connection: an open transaction.
        day: the day.
    """
    return bool(await connection.scalar(select(exists().where(retention_reports.c.day == day.isoformat()))))


async def begin(connection: AsyncConnection, day: date, now: datetime) -> bool:
    """Take the day; returns False when somebody else has it.

    Args:
        connection: an open writing transaction.
        day: the day.
        now: the present moment.
    """
    make = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    row = {"day": day.isoformat(), "made": now, "removed": {}}
    query = make(retention_reports).values(row).on_conflict_do_nothing().returning(retention_reports.c.day)
    return await connection.scalar(query) is not None


async def finish(connection: AsyncConnection, report: RetentionReport) -> None:
    """Write down what was removed.

    Args:
        connection: the open writing transaction in which the day was taken.
        report: the report.
    """
    row = update(retention_reports).where(retention_reports.c.day == report.day.isoformat())
    await connection.execute(row.values(removed=report.removed))


async def newest(connection: AsyncConnection, limit: int) -> tuple[RetentionReport, ...]:
    """Give the newest reports.

    Args:
        connection: an open transaction.
        limit: how many at most.
    """
    query = select(retention_reports).order_by(retention_reports.c.day.desc()).limit(limit)
    rows = await connection.execute(query)
    return tuple(RetentionReport(date.fromisoformat(row.day), row.made, dict(row.removed)) for row in rows)
