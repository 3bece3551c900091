"""Find the lists that anybody may subscribe to."""

from distributor.model.recipient import RecipientList
from distributor.usecases.context import Context
from distributor.usecases.subscription_links import open_lists


async def find_subscriber_lists(context: Context) -> tuple[RecipientList, ...]:
    """Give the lists of subscribers, in the order of the address book.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        return await open_lists(connection)
