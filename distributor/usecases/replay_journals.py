"""Bring into the ledger what dead workers of this machine had written down, before anything else is done."""

from datetime import datetime

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import log
from distributor.store import claims, deliveries, marks
from distributor.store.journal import DeadJournal, dead_journals, marks_of
from distributor.usecases.context import Context

_log = log.get_logger(__name__)


async def replay_journals(context: Context) -> int:
    """Replay the journals of dead workers and give back what they held; returns how many workers that were.

    Args:
        context: the installation.
    """
    folder = context.journal_folder
    if not await anyio.to_thread.run_sync(folder.is_dir):
        return 0
    with dead_journals(folder) as dead:
        for journal in dead:
            await _replay(context, journal)
    return len(dead)


async def read_overdue(context: Context, connection: AsyncConnection, now: datetime) -> None:
    """Write down what overdue workers of this machine know, before their deliveries are taken from them.

    Such a worker may be frozen with marks that are not in the database yet.

    Args:
        context: the installation.
        connection: the writing transaction in which they lose their deliveries.
        now: the clock of the database.
    """
    for worker in await claims.overdue_workers(connection, now):
        known = await anyio.to_thread.run_sync(marks_of, context.journal_folder, worker)
        fresh = await deliveries.unwritten(connection, known)
        await marks.apply(connection, fresh, now)
        _log.warning("worker-overdue", worker=worker, marks=len(fresh))


async def _replay(context: Context, journal: DeadJournal) -> None:
    async with context.database.write() as connection:
        now = await context.database.now(connection)
        # most of it is in the database already: what is there is neither repeated nor undone
        fresh = await deliveries.unwritten(connection, journal.marks)
        await marks.apply(connection, fresh, now)
        claimed, in_doubt = await claims.release_dead(connection, journal.worker, now)
    _log.warning("journal-replayed", worker=journal.worker, marks=len(fresh), claimed=claimed, in_doubt=in_doubt)
