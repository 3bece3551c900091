"""Bring into the ledger what dead workers of this machine had written down, before anything else is done."""

import anyio.to_thread

from distributor import log
from distributor.store import claims, deliveries, marks
from distributor.store.journal import DeadJournal, dead_journals
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


async def _replay(context: Context, journal: DeadJournal) -> None:
    async with context.database.write() as connection:
        now = await context.database.now(connection)
        # most of it is in the database already: what is there is neither repeated nor undone
        fresh = await deliveries.unwritten(connection, journal.marks)
        await marks.apply(connection, fresh, now)
        claimed, in_doubt = await claims.release_dead(connection, journal.worker, now)
    _log.warning("journal-replayed", worker=journal.worker, marks=len(fresh), claimed=claimed, in_doubt=in_doubt)
