"""List the bulletins with how far each has come."""

from dataclasses import dataclass

from distributor.model.record import BulletinRecord, BulletinState
from distributor.model.sign_off import SignOff
from distributor.store import bulletins, sign_offs
from distributor.usecases.context import Context


@dataclass(frozen=True, slots=True)
class BulletinSummary:
    """A bulletin and its state.

    Args:
        record: the bulletin.
        state: how far it has come.
        sign_off: the newest sign-off, or None.
    """

    record: BulletinRecord
    state: BulletinState
    sign_off: SignOff | None


async def list_bulletins(context: Context) -> tuple[BulletinSummary, ...]:
    """Give every bulletin, newest first.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        records = await bulletins.list_all(connection)
        signed = [await sign_offs.latest(connection, record.id) for record in records]
    return tuple(
        BulletinSummary(record, _state(record, sign_off), sign_off)
        for record, sign_off in zip(records, signed, strict=True)
    )


def _state(record: BulletinRecord, sign_off: SignOff | None) -> BulletinState:
    if record.withdrawn is not None:
        return BulletinState.WITHDRAWN
    if record.published is not None:
        return BulletinState.PUBLISHED
    if sign_off is not None and sign_off.content_hash == record.content_hash:
        return BulletinState.SIGNED_OFF
    return BulletinState.DRAFT
