"""What was decided about the plan of one bulletin: further recipients, and bodies that may go without."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.extras import Adjustments, Extra, Waiver
from distributor.store.tables import plan_extras, plan_waivers


async def load(connection: AsyncConnection, bulletin_id: str) -> Adjustments:
    """Give what was decided about a bulletin, in the order in which it was decided.

    Args:
        connection: an open transaction.
        bulletin_id: the bulletin.
    """
    extras, waivers = plan_extras, plan_waivers
    added = select(extras).where(extras.c.bulletin_id == bulletin_id).order_by(extras.c.position, extras.c.target)
    waived = select(waivers).where(waivers.c.bulletin_id == bulletin_id).order_by(waivers.c.organization)
    return Adjustments(
        extras=tuple(Extra(r.list_id, r.target, r.name, r.note) for r in await connection.execute(added)),
        waivers=tuple(Waiver(r.organization, r.note) for r in await connection.execute(waived)),
    )
