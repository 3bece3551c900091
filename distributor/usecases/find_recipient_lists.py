"""Find the recipient lists."""

from distributor.model.recipient import RecipientList
from distributor.store import address_book
from distributor.usecases.context import Context


async def find_recipient_lists(context: Context) -> tuple[RecipientList, ...]:
    """Give all recipient lists, in the order of the address book.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        return await address_book.load_lists(connection)
