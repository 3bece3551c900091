"""Tell whether what was worked out about a plan still holds."""

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.store import audit, left_out

PlanState = tuple[object, ...]


async def plan_state(connection: AsyncConnection) -> PlanState:
    """Give what changes whenever a plan may have: every act leaves an entry, and so does every suppression.

    Args:
        connection: an open transaction.
    """
    return (*await audit.end(connection), await left_out.newest(connection))
