"""Read what everybody may read: published bulletins and their public items."""

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.errors import NotFound
from distributor.model.bulletin import Visibility
from distributor.model.document import Document
from distributor.model.record import BulletinRecord, ItemRecord
from distributor.model.revision import BulletinRevision, Withdrawal
from distributor.publish import offers_original, print_path
from distributor.store import blobs, bulletins, documents, revisions, withdrawals
from distributor.usecases.context import Context


@dataclass(frozen=True, slots=True)
class BulletinPage:
    """A bulletin as everybody may read it.

    Args:
        bulletin: with its public items alone.
        has_original: the file may be read too, because all it says is public and stands.
        print_size: length of the printed issue in bytes; None when there is none.
    """

    bulletin: BulletinRecord
    has_original: bool
    print_size: int | None


@dataclass(frozen=True, slots=True)
class ItemPage:
    """An item among its neighbours.

    Args:
        bulletin: the bulletin it belongs to, with its public items.
        item: the item.
        previous: the public item before it, or None.
        following: the public item after it, or None.
        correction: when its words were corrected last, and what was said about it; None when they never were.
    """

    bulletin: BulletinRecord
    item: ItemRecord
    previous: ItemRecord | None
    following: ItemRecord | None
    correction: BulletinRevision | None = None


async def list_published(context: Context, *, limit: int | None = None) -> tuple[BulletinRecord, ...]:
    """Give the published bulletins, newest first, with their public items alone.

    Args:
        context: the installation.
        limit: how many at most.
    """
    async with context.database.read() as connection:
        records = await bulletins.list_published(connection, limit=limit)
    return tuple(_public(record) for record in records)


async def read_bulletin(context: Context, bulletin_id: str) -> BulletinPage:
    """Give a published bulletin with its public items.

    Args:
        context: the installation.
        bulletin_id: its id.

    Raises:
        NotFound: `bulletin-unknown` also for one that is not published; `bulletin-taken-back` with the day and the
            reason.
    """
    async with context.database.read() as connection:
        record = await _published(connection, context, bulletin_id)
        print_size = await documents.size(connection, print_path(bulletin_id))
    return BulletinPage(_public(record), offers_original(record), print_size)


async def read_item(context: Context, key: str) -> ItemPage:
    """Give a public item with its neighbours.

    Args:
        context: the installation.
        key: its key.

    Raises:
        NotFound: `item-unknown` also for one that is not public; `item-taken-back` and `bulletin-taken-back` with the
            day and the reason; `item-gone` for one that a correction dropped.
    """
    async with context.database.read() as connection:
        record = await bulletins.find_by_item(connection, key)
        item = next(item for item in record.items if item.key == key)
        if record.published is None or item.published is None or item.content.visibility is not Visibility.PUBLIC:
            raise NotFound("item-unknown", key=key)
        if record.withdrawn is not None:
            raise await _taken_back(connection, context, record.id)
        if item.withdrawn is not None:
            raise await _item_taken_back(connection, context, record.id, key)
        correction = await _correction(connection, record, item)
    return replace(_among_neighbours(_public(record), item), correction=correction)


async def read_original(context: Context, bulletin_id: str) -> tuple[BulletinRecord, bytes]:
    """Give the file that a published bulletin came from, if all that it says is public.

    Args:
        context: the installation.
        bulletin_id: its id.

    Raises:
        NotFound: `bulletin-unknown`, `bulletin-taken-back`, `original-not-public`, or `original-gone` because the
            file still says what was taken back.
    """
    async with context.database.read() as connection:
        record = await _published(connection, context, bulletin_id)
        if not offers_original(record):
            is_hidden = record.holds_only(tuple(Visibility))
            raise NotFound("original-not-public" if is_hidden else "original-gone", id=bulletin_id)
        return record, await blobs.get(connection, record.original.sha256)


async def read_print(context: Context, bulletin_id: str) -> tuple[BulletinRecord, Document]:
    """Give the printed issue of a published bulletin.

    Args:
        context: the installation.
        bulletin_id: its id.

    Raises:
        NotFound: `bulletin-unknown`, `bulletin-taken-back`, or `print-unknown` when none could be set.
    """
    async with context.database.read() as connection:
        record = await _published(connection, context, bulletin_id)
        found = await documents.get(connection, print_path(bulletin_id))
    if found is None:
        raise NotFound("print-unknown", id=bulletin_id)
    return record, found


async def _published(connection: AsyncConnection, context: Context, bulletin_id: str) -> BulletinRecord:
    record = await bulletins.get(connection, bulletin_id)
    if record.published is None:
        raise NotFound("bulletin-unknown", id=record.id)
    if record.withdrawn is not None:
        raise await _taken_back(connection, context, bulletin_id)
    return record


async def _correction(connection: AsyncConnection, record: BulletinRecord, item: ItemRecord) -> BulletinRevision | None:
    if item.revision == 1:
        return None
    words = (await revisions.of_item(connection, item.key))[-1]
    versions = await revisions.of_bulletin(connection, record.id)
    return next((one for one in versions if one.revision == words.bulletin_revision), None)


async def _taken_back(connection: AsyncConnection, context: Context, bulletin_id: str) -> NotFound:
    said = await withdrawals.standing(connection, bulletin_id)
    if said is None:
        return NotFound("bulletin-gone", id=bulletin_id)
    return NotFound("bulletin-taken-back", id=bulletin_id, date=_day(context, said), reason=said.reason)


async def _item_taken_back(connection: AsyncConnection, context: Context, bulletin_id: str, key: str) -> NotFound:
    said = await withdrawals.standing(connection, bulletin_id, key)
    if said is None:
        return NotFound("item-gone", key=key)
    return NotFound("item-taken-back", key=key, date=_day(context, said), reason=said.reason)


def _day(context: Context, said: Withdrawal) -> str:
    return said.withdrawn.astimezone(ZoneInfo(context.publication.time_zone)).date().isoformat()


def _public(record: BulletinRecord) -> BulletinRecord:
    return replace(record, items=tuple(item for item in record.items if item.is_public))


def _among_neighbours(shown: BulletinRecord, item: ItemRecord) -> ItemPage:
    place = shown.items.index(item)
    return ItemPage(
        bulletin=shown,
        item=item,
        previous=shown.items[place - 1] if place > 0 else None,
        following=shown.items[place + 1] if place + 1 < len(shown.items) else None,
    )
