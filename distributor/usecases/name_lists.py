"""Name the recipient lists for people."""

from distributor.store import address_book
from distributor.usecases.context import Context


async def name_lists(context: Context) -> dict[str, str]:
    """Give the name of each recipient list by its id.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        return {entry.id: entry.name for entry in await address_book.load_lists(connection)}
