"""Let a run go on that stands still, or begin although it is late."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.access import Actor
from distributor.errors import Conflict
from distributor.model.run import PauseReason, Run
from distributor.store import runs
from distributor.usecases.act_on_run import act_on_run, require_unfinished
from distributor.usecases.context import Context


async def resume_run(context: Context, actor: Actor, run_id: str) -> bool:
    """Let a run go on, whoever or whatever has stopped it; returns False when it was not paused.

    Args:
        context: the installation.
        actor: who takes the responsibility.
        run_id: the run.

    Raises:
        NotFound: `run-unknown`.
        Conflict: `run-cancelled`, or `run-finished`.
    """

    async def work(connection: AsyncConnection, run: Run, now: datetime) -> int:
        if run.pause_reason is PauseReason.CANCELLED:
            raise Conflict("run-cancelled", id=run.id, actor=run.paused_by)
        if run.paused is None:
            await require_unfinished(connection, run)
        return int(await runs.resume(connection, run.id, now))

    return bool(await act_on_run(context, actor, run_id, ("resume", ""), work))
