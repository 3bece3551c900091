"""Make the plan of a bulletin: who gets it, and who does not and why."""

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import recipients
from distributor.model.recipient import AddressBook, Plan
from distributor.model.record import BulletinRecord
from distributor.store import address_book, bulletins, suppressions
from distributor.usecases.context import Context


async def plan_bulletin(context: Context, bulletin_id: str) -> Plan:
    """Resolve the footer of a bulletin to addresses.

    Args:
        context: the installation.
        bulletin_id: the bulletin.

    Raises:
        NotFound: `bulletin-unknown`.
    """
    async with context.database.read() as connection:
        record = await bulletins.get(connection, bulletin_id)
        return (await plan_record(connection, record))[0]


async def plan_record(connection: AsyncConnection, record: BulletinRecord) -> tuple[Plan, AddressBook]:
    """Resolve the footer of a bulletin within an open transaction; gives the address book that was used as well.

    Args:
        connection: an open transaction.
        record: the bulletin.
    """
    book = await address_book.load(connection)
    stopped = await suppressions.load(connection)
    return recipients.make_plan(record.distribution, book, stopped), book
