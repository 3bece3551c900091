"""Tell whether the installation can work."""

from distributor.usecases.context import Context


async def check_health(context: Context) -> None:
    """Ask the database for its time; what the driver raises says that it cannot be reached.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        await context.database.now(connection)
