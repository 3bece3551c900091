"""Let a run stand still."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.access import Actor
from distributor.model.run import PauseReason, Run
from distributor.store import runs
from distributor.usecases.act_on_run import act_on_run, require_unfinished
from distributor.usecases.context import Context


async def pause_run(context: Context, actor: Actor, run_id: str) -> bool:
    """Claim nothing more of a run; what is in flight is finished. Returns False when it stood still already.

    Args:
        context: the installation.
        actor: who stops it.
        run_id: the run.

    Raises:
        NotFound: `run-unknown`.
        Conflict: `run-finished`.
    """

    async def work(connection: AsyncConnection, run: Run, now: datetime) -> int:
        await require_unfinished(connection, run)
        return int(await runs.pause(connection, run.id, actor.name, PauseReason.PERSON, now))

    return bool(await act_on_run(context, actor, run_id, ("pause", PauseReason.PERSON.value), work))
