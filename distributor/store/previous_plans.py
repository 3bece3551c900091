"""The plan of the issue before, as it was signed off."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.bulletin import Masthead
from distributor.model.recipient import Plan
from distributor.model.record import BulletinRecord
from distributor.store.tables import bulletins, sign_offs
from distributor.store.values import restore


@dataclass(frozen=True, slots=True)
class SignedPlan:
    """A plan that was signed off.

    Args:
        bulletin_id: the bulletin.
        masthead: its title and number.
        plan: who it went to.
    """

    bulletin_id: str
    masthead: Masthead
    plan: Plan


async def before(connection: AsyncConnection, record: BulletinRecord) -> SignedPlan | None:
    """Give the newest signed plan of the newest issue before a bulletin, or None when there is none.

    Args:
        connection: an open transaction.
        record: the bulletin.
    """
    day = record.masthead.date or record.received.date().isoformat()
    is_earlier = or_(bulletins.c.date < day, (bulletins.c.date == day) & (bulletins.c.received < record.received))
    query = (
        select(bulletins.c.id, bulletins.c.masthead, sign_offs.c.plan)
        .join(sign_offs, sign_offs.c.bulletin_id == bulletins.c.id)
        .where(bulletins.c.publication == record.publication, bulletins.c.id != record.id, is_earlier)
        .order_by(bulletins.c.date.desc(), bulletins.c.received.desc(), sign_offs.c.signed.desc(), sign_offs.c.id)
        .limit(1)
    )
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    return SignedPlan(row.id, restore(Masthead, row.masthead), restore(Plan, row.plan))
