"""Send what is due: claim, compose, hand to the relay, record, until nothing is due."""

import anyio

from distributor.store.journal import Journal
from distributor.usecases.context import Context
from distributor.usecases.draining.machine import Drained, Machine, Worker

__all__ = ["Drained", "Worker", "drain"]


async def drain(context: Context, worker: Worker, *, stopping: anyio.Event | None = None) -> Drained:
    """Send everything that is due, then return.

    Args:
        context: the installation.
        worker: who sends, and how; its name must be new.
        stopping: once set, nothing new is claimed; what is in flight is finished.

    Raises:
        RelayTrouble: when the relay refuses our credentials; what was claimed is due again, its run paused.
        Misconfigured: `data-dir-unwritable` when no journal can be kept.
    """
    journal = Journal(context.journal_folder, worker.name)
    machine = Machine(context, worker, journal)
    try:
        await machine.run(stopping)
    finally:
        if machine.writer.is_clean:
            journal.close()
        else:
            # what is left in it is for whoever replays it
            journal.abandon()
    if machine.trouble is not None:
        raise machine.trouble
    return machine.drained
