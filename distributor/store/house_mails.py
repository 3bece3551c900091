"""Mails to one address that are no bulletins: letters to subscribers and notices of the house, as they were sent."""

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.progress import HouseMail
from distributor.model.recipient import address_key
from distributor.model.run import DeliveryState
from distributor.store.tables import letters, notices


async def sent_to(connection: AsyncConnection, address: str, limit: int) -> tuple[HouseMail, ...]:
    """Give the letters and notices to an address that are still remembered, the newest first.

    Args:
        connection: an open transaction.
        address: in any case.
        limit: how many at most.
    """
    key = address_key(address)
    to_reader = select(letters).where(letters.c.address_key == key).order_by(letters.c.created.desc()).limit(limit)
    found = [
        HouseMail(row["kind"], DeliveryState(row["state"]), row["created"], row["finished"], row["reply"] or "")
        for row in (await connection.execute(to_reader)).mappings()
    ]
    to_house = select(notices).where(func.lower(notices.c.address) == key)
    for row in (await connection.execute(to_house.order_by(notices.c.created.desc()).limit(limit))).mappings():
        ended = row["sent"] or row["failed"]
        found.append(HouseMail(row["kind"], _state(row), row["created"], ended, row["answer"] or ""))
    return tuple(sorted(found, key=lambda mail: mail.made, reverse=True)[:limit])


def _state(row: RowMapping) -> DeliveryState:
    if row["sent"] is not None:
        return DeliveryState.SENT
    if row["failed"] is None:
        return DeliveryState.PENDING
    # there was nothing to say any more
    return DeliveryState.FAILED if row["answer"] else DeliveryState.CANCELLED
