"""Check the address book for what would go wrong."""

from distributor import recipients
from distributor.model.finding import Finding
from distributor.model.recipient import AddressBook
from distributor.store import address_book
from distributor.usecases.context import Context


async def check_recipients(context: Context) -> tuple[AddressBook, tuple[Finding, ...]]:
    """Give the address book that is in force and what is to be looked at in it.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        book = await address_book.load(connection)
    return book, recipients.check(book)
