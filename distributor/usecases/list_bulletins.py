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
        BulletinSummary(record, state_of(record, None if sign_off is None else sign_off.content_hash), sign_off)
        for record, sign_off in zip(records, signed, strict=True)
    )


def state_of(record: BulletinRecord, signed_hash: str | None) -> BulletinState:
    """Tell how far a bulletin has come.

    Args:
        record: the bulletin.
        signed_hash: digest of the words that were signed last, or None.
    """
    if record.withdrawn is not None:
        return BulletinState.WITHDRAWN
    if record.published is not None:
        return BulletinState.PUBLISHED
    return BulletinState.SIGNED_OFF if signed_hash == record.content_hash else BulletinState.DRAFT
