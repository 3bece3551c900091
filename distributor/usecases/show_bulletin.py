"""Show a bulletin to the secretariat, in whatever state it is."""

from dataclasses import dataclass

from distributor.model.record import BulletinRecord, BulletinState, state_of
from distributor.model.sign_off import SignOff
from distributor.store import blobs, bulletins, sign_offs
from distributor.usecases.context import Context
from distributor.usecases.pending_correction import PendingCorrection, pending_correction


@dataclass(frozen=True, slots=True)
class BulletinAtDesk:
    """A bulletin and how far it has come.

    Args:
        record: the bulletin.
        state: how far it has come.
        sign_off: the newest sign-off, or None.
        pending: the correction that waits to be published, or None.
    """

    record: BulletinRecord
    state: BulletinState
    sign_off: SignOff | None
    pending: PendingCorrection | None = None

    @property
    def words(self) -> BulletinRecord:
        """What a sign-off would bind: the words as they stand now, or as the correction that waits makes them."""
        return self.record if self.pending is None else self.pending.correction.record

    @property
    def is_signed(self) -> bool:
        """Whether the newest sign-off binds those words."""
        return self.sign_off is not None and self.sign_off.content_hash == self.words.content_hash


async def show_bulletin(context: Context, bulletin_id: str) -> BulletinAtDesk:
    """Give a bulletin.

    Args:
        context: the installation.
        bulletin_id: its id.

    Raises:
        NotFound: `bulletin-unknown`.
    """
    async with context.database.read() as connection:
        record = await bulletins.get(connection, bulletin_id)
        sign_off = await sign_offs.latest(connection, bulletin_id)
        pending = await pending_correction(connection, context, record)
    state = state_of(record, None if sign_off is None else sign_off.content_hash)
    return BulletinAtDesk(record, state, sign_off, pending)


async def show_original(context: Context, bulletin_id: str) -> tuple[BulletinRecord, bytes]:
    """Give the file a bulletin came from.

    Args:
        context: the installation.
        bulletin_id: its id.

    Raises:
        NotFound: `bulletin-unknown`.
    """
    async with context.database.read() as connection:
        record = await bulletins.get(connection, bulletin_id)
        return record, await blobs.get(connection, record.original.sha256)
