"""Take the cancelling of a run back, so that who was left out gets the mail after all."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.access import Actor
from distributor.model.run import PauseReason, Run
from distributor.store import deliveries, runs
from distributor.usecases.act_on_run import act_on_run
from distributor.usecases.context import Context
from distributor.usecases.sending_again import REOPENED, sendable_again


async def reopen_run(context: Context, actor: Actor, run_id: str) -> int:
    """Make what was cancelled due again, under the same Message-IDs; the run stands still until it is resumed.

    Who may not be written to any more, has it by a later run, or would get what was taken back since, stays cancelled.
    Returns how many deliveries wait again; at once 0 for a run that is not cancelled.

    Args:
        context: the installation.
        actor: who takes the responsibility.
        run_id: the run.

    Raises:
        NotFound: `run-unknown`.
        Conflict: `again-changed` when it was stopped because its words were changed; `again-taken-back`,
            `again-stopped` or `again-elsewhere` when that is so of all; the run stays cancelled then.
    """
    reopened = 0

    async def work(connection: AsyncConnection, run: Run, now: datetime) -> int:
        nonlocal reopened
        if run.pause_reason is not PauseReason.CANCELLED:
            return 0
        wanted = await sendable_again(connection, run, REOPENED)
        reopened = await deliveries.reopen_cancelled(connection, run.id, wanted, actor.name, now)
        is_open = await runs.reopen(connection, run.id, actor.name if reopened else None, now)
        return reopened or int(is_open)

    await act_on_run(context, actor, run_id, ("reopen", ""), work)
    return reopened
