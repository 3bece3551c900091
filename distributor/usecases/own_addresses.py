"""The addresses from which mails go out, at which reports about them arrive."""

from distributor import compose
from distributor.store import address_book
from distributor.usecases.context import Context


async def own_addresses(context: Context) -> frozenset[str]:
    """Give the senders and addresses for answers of the installation and of every list.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        lists = await address_book.load_lists(connection)
    senders = [context.sender, *(compose.sender_of(entry, context.sender) for entry in lists)]
    return frozenset(address for sender in senders for address in (sender.address, sender.reply_to))
