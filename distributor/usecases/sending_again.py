"""What nobody may send once more: of a cancelled run, what was taken back, to who is not written to any more."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.errors import Conflict
from distributor.model.run import Delivery, DeliveryState, Mailing, PauseReason, Run
from distributor.store import left_out, runs, sendable
from distributor.usecases.context import Context
from distributor.usecases.superseded import superseded

# what a person may make due again: by one mail, by all that failed, out of doubt, by taking a cancelling back
RESENT: Final = frozenset({DeliveryState.SENT, DeliveryState.FAILED})
RETRIED: Final = frozenset({DeliveryState.FAILED})
DOUBTED: Final = frozenset({DeliveryState.IN_DOUBT})
REOPENED: Final = frozenset({DeliveryState.CANCELLED})


async def sendable_again(
    connection: AsyncConnection, run: Run, states: Collection[DeliveryState], ids: Collection[str] | None = None
) -> tuple[str, ...]:
    """Give the ids of what may be made due again; who asks for all gets those against which nothing speaks.

    Args:
        connection: an open transaction.
        run: the run.
        states: what stands in them is asked for.
        ids: these alone, None for all.

    Raises:
        Conflict: `run-cancelled`; `again-incomplete`; `again-taken-back`, `again-changed`, `again-changed-digest`,
            `again-stopped` or `again-elsewhere` when that is so for one of the chosen, or for everything when all are
            asked for.
    """
    if run.pause_reason is PauseReason.CANCELLED and states != REOPENED:
        # what is due in a cancelled run is cancelled at the next sweep
        raise Conflict("run-cancelled", id=run.id, actor=run.paused_by)
    if states == REOPENED and run.mailing is Mailing.DIGEST and run.ready != run.created:
        # it was cancelled while its recipients were being written down: the others would be in no account
        raise Conflict("again-incomplete", id=run.id)
    found = await sendable.in_states(connection, run.id, states, ids)
    objections = await objections_to(connection, run, found)
    wanted = tuple(one.id for one in found if one.id not in objections)
    if objections and (ids is not None or not wanted):
        raise next(iter(objections.values()))
    return wanted


async def objections_to(connection: AsyncConnection, run: Run, found: Sequence[Delivery]) -> dict[str, Conflict]:
    """Give by the id of a delivery what speaks against sending it again.

    Args:
        connection: an open transaction.
        run: their run.
        found: deliveries of it.
    """
    gone = await sendable.taken_back(connection, run, {one.variant for one in found})
    addresses = {one.address for one in found}
    stopped = await left_out.among(connection, addresses)
    cancelled = [one for one in found if one.state is DeliveryState.CANCELLED]
    others = await sendable.elsewhere(connection, run, {one.address for one in cancelled})
    # a person sends again what somebody has; what nobody has yet says what is signed now
    old = await superseded(connection, run, {one.variant for one in cancelled})
    changed = "again-changed-digest" if run.mailing is Mailing.SUBSCRIPTION else "again-changed"
    objections = {}
    for one in found:
        if one.variant in gone:
            objections[one.id] = Conflict("again-taken-back", id=run.id)
        elif one.variant in old and one.state is DeliveryState.CANCELLED:
            objections[one.id] = Conflict(changed, id=run.id)
        elif one.unwanted_by(stopped):
            objections[one.id] = Conflict("again-stopped", address=one.address)
        elif one.address in others:
            objections[one.id] = Conflict("again-elsewhere", address=one.address)
    return objections


async def why_not_again(
    context: Context, run_id: str, states: Collection[DeliveryState], ids: Collection[str] | None = None
) -> Conflict | None:
    """Say before anybody tries why nothing of it may be sent again; None when something may be, or nothing is there.

    Args:
        context: the installation.
        run_id: the run.
        states: what stands in them is asked for.
        ids: these alone, None for all.

    Raises:
        NotFound: `run-unknown`.
    """
    async with context.database.read() as connection:
        run = await runs.get(connection, run_id)
        try:
            await sendable_again(connection, run, states, ids)
        except Conflict as objection:
            return objection
    return None
