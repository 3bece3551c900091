"""Compose digests anew that are on their way while something in them is taken back."""

from collections.abc import Sequence
from functools import partial

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import log
from distributor.model.ledger import RunEvent
from distributor.store import blobs, deliveries, digest_mending, digest_runs, runs, site_state
from distributor.store.digest_mending import Rendering
from distributor.store.digest_runs import DigestRun
from distributor.usecases.compose_digests import Ground, Rendered, load_ground, render_all
from distributor.usecases.context import Context

_log = log.get_logger(__name__)

_ACTOR = "guard"


async def mend_digests(context: Context, opened: DigestRun) -> int | None:
    """Render what a run carries as it stands now, and exchange it for everybody who has not got it yet.

    What is left of each bulletin is covered by its sign-off (decision 9); who has nothing left to read gets nothing.

    Args:
        context: the installation.
        opened: a run that is open, whether it is new or was opened again.

    Returns:
        The version of what readers get for which this holds; None while a worker has something of the run in hand,
        or when others have changed what readers get meanwhile.

    Raises:
        NotSignedOff: when something in it is not covered any more.
    """
    run_id = opened.run.id
    async with context.database.read() as connection:
        if await digest_mending.is_in_hand(connection, run_id):
            return None
        version = await site_state.version(connection)
        old = await digest_mending.renderings(connection, run_id)
        if not old:
            return version
        ground = await load_ground(connection, opened, min(one.key.seen for one in old))
    new = await anyio.to_thread.run_sync(partial(render_all, context, opened, ground, [one.key for one in old]))
    async with context.database.write() as connection:
        current = await digest_runs.next_open(connection, lock=True)
        if current is None or current.run.id != run_id or await _has_moved(connection, run_id, ground):
            return None
        await _exchange(connection, context, run_id, old, new)
    return ground.version


async def _has_moved(connection: AsyncConnection, run_id: str, ground: Ground) -> bool:
    is_old = await site_state.version(connection) != ground.version
    return is_old or await digest_mending.is_in_hand(connection, run_id)


async def _exchange(
    connection: AsyncConnection, context: Context, run_id: str, old: Sequence[Rendering], new: Sequence[Rendered]
) -> None:
    now = await context.database.now(connection)
    cancelled = 0
    for before, after in zip(old, new, strict=True):
        if before.variant == after.variant:
            continue
        if after.data is not None:
            await blobs.put(connection, after.data)
        await digest_mending.exchange(connection, run_id, before, after.variant, after.covered_by, context.now())
        if after.variant is None and before.variant is not None:
            cancelled += await deliveries.cancel_variant(connection, run_id, before.variant, _ACTOR, now)
        _log.info("digest-mended", run=run_id, key=before.key.hash)
    if cancelled:
        await runs.add_event(connection, run_id, RunEvent(context.now(), _ACTOR, "cancel", "withdrawal", cancelled))
