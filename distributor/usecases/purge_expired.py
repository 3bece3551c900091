"""Forget what has been kept long enough (个人信息保护法 §19), once a night, with a report."""

from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.retention import Retention, RetentionReport
from distributor.store import letters, retention_reports, sign_ups, subscriber_traces, subscribers
from distributor.usecases.context import Context
from distributor.usecases.own_data import DELETED

# the night begins at three, when nothing is on schedule
_HOUR: Final = 3
_COUNTS: Final = timedelta(days=2)
# what is under way to somebody who was forgotten is over by then
_DELETED: Final = timedelta(days=30)


async def purge_nightly(context: Context) -> RetentionReport | None:
    """Purge once a day, however many workers ask; None when it is not time or was done.

    Args:
        context: the installation.
    """
    now = context.now()
    if now.hour < _HOUR:
        return None
    async with context.database.read() as connection:
        if await retention_reports.exists_for(connection, now.date()):
            return None
    return await purge_expired(context)


async def purge_expired(context: Context) -> RetentionReport | None:
    """Purge now and write the report of the day; None when another process has done it just now.

    Args:
        context: the installation.
    """
    now = context.now()
    async with context.database.write() as connection:
        if not await retention_reports.begin(connection, now.date(), now):
            return None
        removed = await _purge(connection, context, context.retention)
        report = RetentionReport(now.date(), now, removed)
        await retention_reports.finish(connection, report)
    return report


async def list_retention_reports(context: Context, limit: int = 30) -> tuple[RetentionReport, ...]:
    """Give the newest reports.

    Args:
        context: the installation.
        limit: how many at most.
    """
    async with context.database.read() as connection:
        return await retention_reports.newest(connection, limit)


async def _purge(connection: AsyncConnection, context: Context, keep: Retention) -> dict[str, int]:
    now = context.now()
    return {
        "unconfirmed": await subscribers.remove_unconfirmed(connection, now - timedelta(days=keep.unconfirmed)),
        "left": await subscribers.remove_left(connection, now - timedelta(days=keep.left)),
        "origins": await subscribers.blank_origins(connection, now - timedelta(days=keep.origins)),
        "letters": await letters.forget(connection, now - timedelta(days=keep.letters)),
        "addresses": await subscriber_traces.blank_old(connection, now - timedelta(days=keep.addresses))
        # what was still under way when somebody had their data deleted
        + await subscriber_traces.blank_suppressed(connection, DELETED),
        "counts": await sign_ups.forget(connection, now - _COUNTS),
        "stopped": await subscriber_traces.remove_suppressions(connection, DELETED, now - _DELETED),
    }
