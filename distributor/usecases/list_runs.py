"""Show runs and their ledger."""

from dataclasses import dataclass

from distributor.model.ledger import LedgerRow, RunEvent
from distributor.model.run import Run, RunCounts, RunStatus, run_status
from distributor.store import deliveries, runs
from distributor.usecases.context import Context


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run with its numbers.

    Args:
        run: the run.
        counts: deliveries by state.
    """

    run: Run
    counts: RunCounts

    @property
    def status(self) -> RunStatus:
        """Where the run stands."""
        return run_status(self.run, self.counts)


async def list_runs(context: Context, *, bulletin_id: str | None = None) -> tuple[RunSummary, ...]:
    """Give the runs with their numbers, newest first.

    Args:
        context: the installation.
        bulletin_id: only those of one bulletin.
    """
    async with context.database.read() as connection:
        found = await runs.list_all(connection, bulletin_id=bulletin_id)
        counts = await runs.counts(connection, [run.id for run in found])
    return tuple(RunSummary(run, counts[run.id]) for run in found)


async def show_run(context: Context, run_id: str) -> tuple[RunSummary, tuple[LedgerRow, ...]]:
    """Give one run with every delivery of it.

    Args:
        context: the installation.
        run_id: the run.

    Raises:
        NotFound: `run-unknown`.
    """
    async with context.database.read() as connection:
        run = await runs.get(connection, run_id)
        counts = await runs.counts(connection, [run_id])
        return RunSummary(run, counts[run_id]), await deliveries.ledger(connection, run_id)


async def show_run_history(context: Context, run_id: str) -> tuple[RunEvent, ...]:
    """Give what people and guards did to a run, oldest first.

    Args:
        context: the installation.
        run_id: the run.

    Raises:
        NotFound: `run-unknown`.
    """
    async with context.database.read() as connection:
        await runs.get(connection, run_id)
        return await runs.events(connection, run_id)
