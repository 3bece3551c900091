"""What a bulletin will say once the corrected file that waits is published."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import publish
from distributor.model.record import BulletinRecord
from distributor.model.revision import ReceivedCorrection
from distributor.model.run import Mailing
from distributor.model.sign_off import VariantKey
from distributor.publish import Correction
from distributor.store import bulletins, corrections, served
from distributor.usecases.context import Context
from distributor.usecases.render_variants import Notice


@dataclass(frozen=True, slots=True)
class PendingCorrection:
    """A corrected file that waits, and what it will change.

    Args:
        received: what was received.
        correction: the bulletin as it will be, and what is different in it.
    """

    received: ReceivedCorrection
    correction: Correction


async def pending_correction(
    connection: AsyncConnection, context: Context, record: BulletinRecord
) -> PendingCorrection | None:
    """Give the correction of a bulletin that waits to be published, or None.

    Args:
        connection: an open transaction.
        context: the installation.
        record: the bulletin as it is kept.
    """
    received = await corrections.waiting(connection, record.id)
    if received is None:
        return None
    made = publish.apply_correction(record, received.record, context.publication, context.now())
    return PendingCorrection(received, made)


async def to_be_signed(
    connection: AsyncConnection, context: Context, bulletin_id: str
) -> tuple[BulletinRecord, Notice | None]:
    """Give what a sign-off of a bulletin binds: its words with the correction that waits, and the notice of it.

    Args:
        connection: an open transaction.
        context: the installation.
        bulletin_id: the bulletin.

    Raises:
        NotFound: `bulletin-unknown`.
    """
    record = await bulletins.get(connection, bulletin_id)
    pending = await pending_correction(connection, context, record)
    if pending is None:
        return record, None
    told = publish.correction_notice(context.publication, pending.correction, pending.received.note)
    rows = await served.readers(connection, bulletin_id)
    readers = dict.fromkeys(
        VariantKey(row.delivery.list_id, row.delivery.language, row.delivery.format, Mailing.CORRECTION) for row in rows
    )
    return pending.correction.record, None if told is None else Notice(told, tuple(readers))
