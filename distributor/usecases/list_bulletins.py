"""List the bulletins with how far each has come."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.record import BulletinRecord, BulletinState, state_of
from distributor.store import overview
from distributor.store.overview import SignedBy
from distributor.usecases.context import Context


@dataclass(frozen=True, slots=True)
class BulletinLine:
    """A bulletin in the list.

    Args:
        record: the bulletin.
        state: how far it has come.
        signed: its newest sign-off, or None.
    """

    record: BulletinRecord
    state: BulletinState
    signed: SignedBy | None


@dataclass(frozen=True, slots=True)
class BulletinPage:
    """A page of the list.

    Args:
        lines: the bulletins, newest first.
        total: number of all bulletins.
    """

    lines: tuple[BulletinLine, ...]
    total: int


async def list_bulletins(context: Context, limit: int | None = None, offset: int = 0) -> BulletinPage:
    """Give a page of the bulletins, newest first.

    Args:
        context: the installation.
        limit: bulletins on the page, or None for all.
        offset: bulletins before it.
    """
    async with context.database.read() as connection:
        return await page_of_lines(connection, limit, offset)


async def page_of_lines(connection: AsyncConnection, limit: int | None, offset: int) -> BulletinPage:
    """Give a page of the bulletins within a transaction, newest first.

    Args:
        connection: an open transaction.
        limit: bulletins on the page, or None for all.
        offset: bulletins before it.
    """
    records = await overview.page_of_bulletins(connection, limit, offset)
    signed = await overview.newest_sign_offs(connection, [record.id for record in records])
    lines = tuple(_line(record, signed.get(record.id)) for record in records)
    return BulletinPage(lines, await overview.count_bulletins(connection))


def _line(record: BulletinRecord, signed: SignedBy | None) -> BulletinLine:
    return BulletinLine(record, state_of(record, None if signed is None else signed.content_hash), signed)
