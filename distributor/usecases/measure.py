"""Measure the installation for a monitoring system."""

from distributor.model.progress import Measures
from distributor.store import measures
from distributor.usecases.context import Context


async def measure(context: Context) -> Measures:
    """Count deliveries, what is late, what is under way, and what waits for a person.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        return await measures.take(connection, await context.database.now(connection))
