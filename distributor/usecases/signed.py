"""Whether a sign-off holds for what a bulletin says now."""

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import recipients
from distributor.errors import Conflict, NotSignedOff
from distributor.model.recipient import Plan
from distributor.model.record import BulletinRecord
from distributor.model.sign_off import SignOff
from distributor.store import corrections, sign_offs


async def require_sign_off(connection: AsyncConnection, record: BulletinRecord) -> SignOff:
    """Give the sign-off that binds the words of a bulletin as they stand now.

    Args:
        connection: an open transaction.
        record: the bulletin.

    Raises:
        NotSignedOff: `not-signed-off`, or `sign-off-outdated` when the words have changed since.
        Conflict: `correction-waits` when a corrected file was received that is not published yet.
    """
    if await corrections.waiting(connection, record.id) is not None:
        raise Conflict("correction-waits", id=record.id)
    return await require_signature(connection, record)


async def require_signature(connection: AsyncConnection, record: BulletinRecord) -> SignOff:
    """Give the sign-off that binds the words of a record, whatever else waits.

    Args:
        connection: an open transaction.
        record: the bulletin, as it stands or as a correction will make it.

    Raises:
        NotSignedOff: `not-signed-off`, or `sign-off-outdated` when the words have changed since.
    """
    sign_off = await sign_offs.latest(connection, record.id)
    if sign_off is None:
        raise NotSignedOff("not-signed-off", id=record.id)
    if sign_off.content_hash != record.content_hash:
        raise NotSignedOff("sign-off-outdated", id=record.id, actor=sign_off.actor)
    return sign_off


def require_plan(sign_off: SignOff, current: Plan) -> None:
    """Refuse to send to anybody who was not in the plan that was signed; who has left it does no harm.

    Args:
        sign_off: the sign-off that binds the words.
        current: the plan as the address book gives it now.

    Raises:
        NotSignedOff: `plan-grew` with the addresses that are new.
    """
    new = recipients.added(sign_off.plan, current)
    if new:
        addresses = "、".join(f"{row.organization_name} {row.address}" for row in new[:5])
        raise NotSignedOff("plan-grew", id=sign_off.bulletin_id, count=len(new), addresses=addresses)
