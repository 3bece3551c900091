"""Survey the runs: which of them wait for a person, and why."""

from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import deliver
from distributor.model.run import RefusalClass
from distributor.model.waiting import WaitingRun, waits
from distributor.store import open_runs
from distributor.usecases.context import Context

# refusals that the operator has to act on: time does not end them
ALARMING: Final = frozenset(refusal for refusal in RefusalClass if deliver.advise(refusal).alarms)
_RECENT: Final = timedelta(days=45)
# a worker looks every second; minutes mean that none does, that something keeps it, or that the relay is away
_SOON: Final = timedelta(minutes=10)


async def waiting_runs(connection: AsyncConnection, context: Context) -> tuple[WaitingRun, ...]:
    """Give the runs that wait for a person, oldest first.

    Args:
        connection: an open transaction.
        context: the installation.
    """
    now = await context.database.now(connection)
    overdue = now - timedelta(hours=context.conduct.retry_hours)
    found = await open_runs.open_runs(connection, context.now() - _RECENT, ALARMING)
    judged = (waits(one, now - _SOON, overdue) for one in found)
    return tuple(one for one in judged if one is not None)
