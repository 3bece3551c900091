"""Show a bulletin to the secretariat, in whatever state it is."""

from dataclasses import dataclass

from distributor.model.record import BulletinRecord, BulletinState, state_of
from distributor.model.sign_off import SignOff
from distributor.store import blobs, bulletins, sign_offs
from distributor.usecases.context import Context


@dataclass(frozen=True, slots=True)
class BulletinAtDesk:
    """A bulletin and how far it has come.

    Args:
        record: the bulletin.
        state: how far it has come.
        sign_off: the newest sign-off, or None.
    """

    record: BulletinRecord
    state: BulletinState
    sign_off: SignOff | None

    @property
    def is_signed(self) -> bool:
        """Whether the newest sign-off binds the words as they stand now."""
        return self.sign_off is not None and self.sign_off.content_hash == self.record.content_hash


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
    return BulletinAtDesk(record, state_of(record, None if sign_off is None else sign_off.content_hash), sign_off)


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
