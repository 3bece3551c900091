"""Go on with large runs whose writer died before all recipients were written down."""

from datetime import timedelta

from distributor import log
from distributor.errors import DistributorError
from distributor.model.run import Run
from distributor.store import freezing
from distributor.usecases.context import Context
from distributor.usecases.freeze_in_chunks import freeze_in_chunks
from distributor.usecases.freeze_runs import rest_of_run

_log = log.get_logger(__name__)

# whoever is alive has written most of a run by then; who is slower is overtaken, and notices
_PATIENCE = timedelta(seconds=30)


async def resume_freezing(context: Context) -> int:
    """Complete what others began; gives how many runs are ready now. Any number of processes may do it at once.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        left = await freezing.left_behind(connection, context.now() - _PATIENCE)
    completed = 0
    for run in left:
        try:
            completed += await _resume(context, run)
        except DistributorError as error:
            # the plan has grown, or the words were signed anew: nothing of it is sent, and it is removed in the end
            _log.warning("run-not-resumed", run=run.id, code=error.code)
    return completed


async def _resume(context: Context, run: Run) -> bool:
    async with context.database.read() as connection:
        missing, there = await rest_of_run(connection, context, run)
    _log.info("run-resumed", run=run.id, written=there, missing=len(missing))
    return await freeze_in_chunks(context, run, missing, there + len(missing), begin=there)
