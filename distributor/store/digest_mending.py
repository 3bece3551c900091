"""Digests that are on their way while something in them is taken back: opened again, and their mails exchanged."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, false, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.run import FINAL_STATES, DeliveryState
from distributor.model.subscriber import DigestKey
from distributor.store.among import among
from distributor.store.tables import deliveries, digest_head, digest_runs, digest_variants, runs, sign_offs
from distributor.store.values import restore

# one in doubt is sent again if it must be: then without what was taken back
_EXCHANGED = (DeliveryState.PENDING, DeliveryState.DEFERRED, DeliveryState.IN_DOUBT)


@dataclass(frozen=True, slots=True)
class Rendering:
    """What the readers of one key get.

    Args:
        key: what makes them get the same.
        variant: digest of the rendering, None when there is nothing to read.
    """

    key: DigestKey
    variant: str | None


async def hold(connection: AsyncConnection) -> None:
    """Keep others from writing down readers until the end of the transaction.

    Args:
        connection: an open writing transaction.
    """
    await connection.execute(select(digest_head.c.number).with_for_update())


async def reopen(connection: AsyncConnection, bulletin_id: str) -> frozenset[str]:
    """Open the unfinished digests again that carry something of a bulletin; none of them is due until it is mended.

    Args:
        connection: an open writing transaction that holds the digests.
        bulletin_id: the bulletin.

    Returns:
        The runs, those among them that were not closed yet.
    """
    of_bulletin = set(
        (await connection.execute(select(sign_offs.c.id).where(sign_offs.c.bulletin_id == bulletin_id))).scalars()
    )
    query = (
        select(digest_variants.c.run_id, digest_variants.c.covered_by)
        .join(digest_runs, digest_runs.c.run_id == digest_variants.c.run_id)
        .where(~digest_runs.c.ready | _has_rest(digest_runs.c.run_id))
    )
    carrying = {row.run_id for row in await connection.execute(query) if of_bulletin & set(row.covered_by)}
    if carrying:
        await connection.execute(update(runs).where(among(connection, runs.c.id, carrying)).values(ready=None))
        again = update(digest_runs).where(among(connection, digest_runs.c.run_id, carrying))
        await connection.execute(again.values(ready=false()))
    return frozenset(carrying)


async def carries_only(connection: AsyncConnection, run_id: str, bulletin_id: str) -> bool:
    """Tell whether everything in a digest is of one bulletin.

    Args:
        connection: an open transaction.
        run_id: the run.
        bulletin_id: the bulletin.
    """
    query = select(digest_variants.c.covered_by).where(digest_variants.c.run_id == run_id)
    signed = {one for covered in (await connection.execute(query)).scalars() for one in covered}
    others = select(sign_offs.c.id).where(among(connection, sign_offs.c.id, signed))
    return await connection.scalar(others.where(sign_offs.c.bulletin_id != bulletin_id).limit(1)) is None


async def is_in_hand(connection: AsyncConnection, run_id: str) -> bool:
    """Tell whether a worker still holds something of a run.

    Args:
        connection: an open transaction.
        run_id: the run.
    """
    held = select(deliveries.c.id).where(deliveries.c.run_id == run_id, deliveries.c.state == DeliveryState.CLAIMED)
    return await connection.scalar(held.limit(1)) is not None


async def renderings(connection: AsyncConnection, run_id: str) -> tuple[Rendering, ...]:
    """Give everything that was rendered for a run.

    Args:
        connection: an open transaction.
        run_id: the run.
    """
    query = select(digest_variants.c.definition, digest_variants.c.variant).where(digest_variants.c.run_id == run_id)
    rows = (await connection.execute(query.order_by(digest_variants.c.key))).all()
    return tuple(Rendering(restore(DigestKey, row.definition), row.variant) for row in rows)


async def exchange(
    connection: AsyncConnection,
    run_id: str,
    old: Rendering,
    new: str | None,
    covered_by: Collection[str],
    made: datetime,
) -> None:
    """Put another rendering in the place of one, for everybody who has not got it yet.

    Args:
        connection: an open writing transaction that holds the run.
        run_id: the run.
        old: the rendering.
        new: digest of the other one, None when nothing is left to read.
        covered_by: the sign-offs that cover it.
        made: when the other one was.
    """
    row = (digest_variants.c.run_id == run_id, digest_variants.c.key == old.key.hash)
    changes = {"variant": new, "covered_by": tuple(covered_by), "created": made}
    await connection.execute(update(digest_variants).where(*row).values(changes))
    if old.variant is not None and new is not None:
        waiting = update(deliveries).where(*_waiting(run_id, old.variant))
        await connection.execute(waiting.values(variant=new))


def _waiting(run_id: str, variant: str) -> tuple[ColumnElement[bool], ...]:
    return deliveries.c.run_id == run_id, deliveries.c.variant == variant, deliveries.c.state.in_(_EXCHANGED)


def _has_rest(run_id: ColumnElement[str]) -> ColumnElement[bool]:
    final = [state.value for state in FINAL_STATES]
    return exists().where(deliveries.c.run_id == run_id, deliveries.c.state.not_in(final))
