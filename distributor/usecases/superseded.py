"""Which renderings of a run say other words than those that are signed by now."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.errors import Conflict, NotSignedOff
from distributor.model.run import Mailing, Run
from distributor.model.sign_off import SignOff
from distributor.store import bulletins, sendable
from distributor.usecases.signed import require_sign_off


async def superseded(connection: AsyncConnection, run: Run, variants: Collection[str]) -> frozenset[str]:
    """Give those of the renderings of a run that no sign-off holds any more: edited, corrected, or to be corrected.

    Args:
        connection: an open transaction.
        run: the run.
        variants: digests of renderings.
    """
    if run.mailing is Mailing.SUBSCRIPTION:
        return await _of_digests(connection, run) & frozenset(variants)
    holds = await _holding(connection, run.bulletin_id)
    if holds is None:
        return frozenset(variants)
    if holds.id == run.sign_off_id:
        return frozenset()
    return frozenset(variants) - {variant.sha256 for variant in holds.variants}


async def _of_digests(connection: AsyncConnection, run: Run) -> frozenset[str]:
    covered = await sendable.coverage(connection, run)
    held: dict[str, str | None] = {}
    for bulletin_id in {bulletin_id for signed in covered.values() for bulletin_id in signed.values()}:
        holds = await _holding(connection, bulletin_id)
        held[bulletin_id] = None if holds is None else holds.id
    return frozenset(
        variant
        for variant, signed in covered.items()
        if not {held[bulletin_id] for bulletin_id in signed.values()} <= signed.keys()
    )


async def _holding(connection: AsyncConnection, bulletin_id: str) -> SignOff | None:
    try:
        return await require_sign_off(connection, await bulletins.get(connection, bulletin_id))
    except (NotSignedOff, Conflict):
        return None
