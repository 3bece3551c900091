"""Which sign-off covers the items of a bulletin that a later digest takes up (decision 9)."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.errors import NotSignedOff
from distributor.model.record import BulletinRecord
from distributor.model.sign_off import SignOff
from distributor.store import sign_offs


async def require_cover(connection: AsyncConnection, record: BulletinRecord) -> SignOff:
    """Give the sign-off that binds every word of the items that are left of a bulletin.

    What was withdrawn after the sign-off takes nothing from it: what is left is as it was signed.

    Args:
        connection: an open transaction.
        record: the bulletin as it stands.

    Raises:
        NotSignedOff: `not-signed-off` or `sign-off-outdated`.
    """
    sign_off = await sign_offs.latest(connection, record.id)
    if sign_off is None:
        raise NotSignedOff("not-signed-off", id=record.id)
    if sign_off.content_hash not in {record.content_hash, _as_signed(record, sign_off).content_hash}:
        raise NotSignedOff("sign-off-outdated", id=record.id, actor=sign_off.actor)
    return sign_off


def _as_signed(record: BulletinRecord, sign_off: SignOff) -> BulletinRecord:
    """Put back what was withdrawn after the sign-off."""
    items = tuple(
        replace(item, withdrawn=None) if item.withdrawn is not None and item.withdrawn > sign_off.signed else item
        for item in record.items
    )
    return replace(record, items=items)
