"""Sign-offs; they are added, never changed."""

from anyio import to_thread
from sqlalchemy import RowMapping, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.recipient import Plan
from distributor.model.sign_off import SignedVariant, SignOff
from distributor.store.tables import sign_offs
from distributor.store.values import restore


async def add(connection: AsyncConnection, sign_off: SignOff) -> None:
    """Keep a sign-off.

    Args:
        connection: an open writing transaction; the variants' bytes are kept already.
        sign_off: the approval.
    """
    await connection.execute(
        insert(sign_offs).values(
            id=sign_off.id,
            bulletin_id=sign_off.bulletin_id,
            actor=sign_off.actor,
            signed=sign_off.signed,
            content_hash=sign_off.content_hash,
            plan_hash=sign_off.plan.hash,
            plan=sign_off.plan,
            variants=sign_off.variants,
        ),
    )


async def latest(connection: AsyncConnection, bulletin_id: str) -> SignOff | None:
    """Give the newest sign-off of a bulletin, or None.

    Args:
        connection: an open transaction.
        bulletin_id: the bulletin.
    """
    query = (
        select(sign_offs)
        .where(sign_offs.c.bulletin_id == bulletin_id)
        .order_by(sign_offs.c.signed.desc(), sign_offs.c.id)
        .limit(1)
    )
    row = (await connection.execute(query)).mappings().first()
    # it holds the plan, which may be of a hundred thousand addresses
    return await to_thread.run_sync(_sign_off, row)


async def find(connection: AsyncConnection, sign_off_id: str) -> SignOff | None:
    """Give a sign-off, or None.

    Args:
        connection: an open transaction.
        sign_off_id: its id.
    """
    query = select(sign_offs).where(sign_offs.c.id == sign_off_id)
    row = (await connection.execute(query)).mappings().first()
    # it holds the plan, which may be of a hundred thousand addresses
    return await to_thread.run_sync(_sign_off, row)


def _sign_off(row: RowMapping | None) -> SignOff | None:
    if row is None:
        return None
    return SignOff(
        id=row["id"],
        bulletin_id=row["bulletin_id"],
        actor=row["actor"],
        signed=row["signed"],
        content_hash=row["content_hash"],
        plan=restore(Plan, row["plan"]),
        variants=restore(tuple[SignedVariant, ...], row["variants"]),
    )
