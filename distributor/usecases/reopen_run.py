"""Take the cancelling of a run back, so that who was left out gets the mail after all."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.access import Actor
from distributor.model.run import DeliveryState, PauseReason, Run
from distributor.store import deliveries, notices, runs
from distributor.usecases.act_on_run import act_on_run
from distributor.usecases.context import Context
from distributor.usecases.sending_again import REOPENED, sendable_again


async def reopen_run(context: Context, actor: Actor, run_id: str) -> int:
    """Make what was cancelled due again, under the same Message-IDs; the run stands still until it is resumed.

    Who may not be written to any more, has it by a later run, or would get what was taken back or changed since, stays
    cancelled. Returns how many deliveries wait again; at once 0 for a run that is not cancelled.

    Args:
        context: the installation.
        actor: who takes the responsibility.
        run_id: the run.

    Raises:
        NotFound: `run-unknown`.
        Conflict: `again-incomplete` when it was cancelled while its recipients were being written down;
            `again-taken-back`, `again-changed`, `again-changed-digest`, `again-stopped` or `again-elsewhere` when that
            is so of all; the run stays cancelled then.
    """
    waiting = 0

    async def work(connection: AsyncConnection, run: Run, now: datetime) -> int:
        nonlocal waiting
        if run.pause_reason is not PauseReason.CANCELLED:
            return 0
        # what a worker has given back since is asked about like the others
        await deliveries.cancel_rest(connection, run.id, run.paused_by or actor.name, now)
        wanted = await sendable_again(connection, run, REOPENED)
        await deliveries.make_due(connection, run.id, (wanted, REOPENED), actor.name, now)
        counts = (await runs.counts(connection, [run.id]))[run.id]
        waiting = counts.of(DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.DEFERRED)
        await runs.reopen(connection, run.id, None if counts.is_finished else actor.name, now)
        await notices.report_anew(connection, run.id)
        return max(1, waiting)

    await act_on_run(context, actor, run_id, ("reopen", ""), work)
    return waiting
