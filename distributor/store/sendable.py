"""What of a run may be sent once more: nothing that was taken back since, and to nobody who is not written to."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.run import Delivery, DeliveryState, Run
from distributor.store.among import among
from distributor.store.claims import delivery_of, is_orphaned
from distributor.store.tables import deliveries, digest_variants, run_events, sign_offs, withdrawals


async def in_states(
    connection: AsyncConnection, run_id: str, states: Collection[DeliveryState], ids: Collection[str] | None = None
) -> tuple[Delivery, ...]:
    """Give the deliveries of a run in some states, of those in doubt only what no worker waits for.

    Args:
        connection: an open transaction.
        run_id: the run.
        states: the states.
        ids: these alone, None for all.
    """
    which = [deliveries.c.run_id == run_id, deliveries.c.state.in_(sorted(states))]
    if DeliveryState.IN_DOUBT in states:
        which.append(or_(deliveries.c.state != DeliveryState.IN_DOUBT, is_orphaned()))
    if ids is not None:
        which.append(among(connection, deliveries.c.id, ids))
    query = select(deliveries).where(*which).order_by(deliveries.c.position)
    return tuple(delivery_of(row) for row in (await connection.execute(query)).mappings())


async def coverage(connection: AsyncConnection, run: Run) -> dict[str, dict[str, str]]:
    """Give what the renderings of a digest say: bulletins by the sign-offs that cover each, by digest of the rendering.

    Args:
        connection: an open transaction.
        run: the run.
    """
    query = select(digest_variants.c.variant, digest_variants.c.covered_by).where(digest_variants.c.run_id == run.id)
    covered = {row.variant: row.covered_by for row in await connection.execute(query) if row.variant is not None}
    ids = sorted({one for signed in covered.values() for one in signed})
    rows = await connection.execute(select(sign_offs.c.id, sign_offs.c.bulletin_id).where(sign_offs.c.id.in_(ids)))
    bulletin = {row.id: row.bulletin_id for row in rows}
    return {variant: {one: bulletin[one] for one in signed} for variant, signed in covered.items()}


async def elsewhere(connection: AsyncConnection, run: Run, addresses: Collection[str]) -> frozenset[str]:
    """Give those of some addresses that have the mailing of a run by another one that is not cancelled.

    Args:
        connection: an open transaction.
        run: the run.
        addresses: the addresses.
    """
    same = (deliveries.c.bulletin_id == run.bulletin_id, deliveries.c.mailing == run.mailing)
    lives = (deliveries.c.run_id != run.id, deliveries.c.state != DeliveryState.CANCELLED)
    query = select(deliveries.c.address).where(*same, *lives, among(connection, deliveries.c.address, addresses))
    return frozenset((await connection.execute(query)).scalars())


async def taken_back(connection: AsyncConnection, run: Run, variants: Collection[str]) -> frozenset[str]:
    """Give those of the renderings of a run that say something that was taken back after they were made.

    Args:
        connection: an open transaction.
        run: the run.
        variants: digests of renderings.
    """
    query = select(digest_variants.c.variant, digest_variants.c.covered_by, digest_variants.c.created)
    rows = (await connection.execute(query.where(digest_variants.c.run_id == run.id))).all()
    if not rows:
        # an editor who took it back may have said that this run is finished as it was frozen
        kept = select(func.max(run_events.c.at)).where(run_events.c.run_id == run.id, run_events.c.act == "finish")
        since = await connection.scalar(kept) or run.created
        return frozenset(variants) if await _has_lost(connection, {run.bulletin_id}, since) else frozenset()
    # a digest from which something was taken on its way was made anew: its old rendering is nobody's any more
    gone = set(variants) - {row.variant for row in rows}
    for row in rows:
        if row.variant in variants and await _has_lost(
            connection, await _bulletins(connection, row.covered_by), row.created
        ):
            gone.add(row.variant)
    return frozenset(gone)


async def _bulletins(connection: AsyncConnection, signed: Collection[str]) -> Collection[str]:
    query = select(sign_offs.c.bulletin_id).where(sign_offs.c.id.in_(sorted(signed)))
    return set((await connection.execute(query)).scalars())


async def _has_lost(connection: AsyncConnection, bulletin_ids: Collection[str], since: datetime) -> bool:
    """Tell whether something of the bulletins was taken back since, and was not brought back."""
    stands = (withdrawals.c.undone.is_(None), withdrawals.c.withdrawn > since)
    lost = select(withdrawals.c.id).where(withdrawals.c.bulletin_id.in_(sorted(bulletin_ids)), *stands)
    return await connection.scalar(lost.limit(1)) is not None
