"""Read what everybody may read: published bulletins and their public items."""

from dataclasses import dataclass, replace

from distributor.errors import NotFound
from distributor.model.bulletin import Visibility
from distributor.model.record import BulletinRecord, ItemRecord
from distributor.publish.channels import offers_original
from distributor.store import blobs, bulletins
from distributor.usecases.context import Context


@dataclass(frozen=True, slots=True)
class BulletinPage:
    """A bulletin as everybody may read it.

    Args:
        bulletin: with its public items alone.
        has_original: the file may be read too, because all it says is public and stands.
    """

    bulletin: BulletinRecord
    has_original: bool


@dataclass(frozen=True, slots=True)
class ItemPage:
    """An item among its neighbours.

    Args:
        bulletin: the bulletin it belongs to, with its public items.
        item: the item.
        previous: the public item before it, or None.
        following: the public item after it, or None.
    """

    bulletin: BulletinRecord
    item: ItemRecord
    previous: ItemRecord | None
    following: ItemRecord | None


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
        NotFound: `bulletin-unknown` also for one that is not published; `bulletin-gone` for one that was taken back.
    """
    async with context.database.read() as connection:
        record = _published(await bulletins.get(connection, bulletin_id))
    return BulletinPage(_public(record), offers_original(record) and not _holds_withdrawn(record))


async def read_item(context: Context, key: str) -> ItemPage:
    """Give a public item with its neighbours.

    Args:
        context: the installation.
        key: its key.

    Raises:
        NotFound: `item-unknown` also for one that is not public; `item-gone` for one that was taken back.
    """
    async with context.database.read() as connection:
        record = await bulletins.find_by_item(connection, key)
    item = next(item for item in record.items if item.key == key)
    if record.published is None or item.published is None or item.content.visibility is not Visibility.PUBLIC:
        raise NotFound("item-unknown", key=key)
    if record.withdrawn is not None or item.withdrawn is not None:
        raise NotFound("item-gone", key=key)
    return _among_neighbours(_public(record), item)


async def read_original(context: Context, bulletin_id: str) -> tuple[BulletinRecord, bytes]:
    """Give the file that a published bulletin came from, if all that it says is public.

    Args:
        context: the installation.
        bulletin_id: its id.

    Raises:
        NotFound: `bulletin-unknown`, `bulletin-gone`, `original-not-public`, or `original-gone` because the file still
            says what was taken back.
    """
    async with context.database.read() as connection:
        record = _published(await bulletins.get(connection, bulletin_id))
        if not offers_original(record):
            raise NotFound("original-not-public", id=bulletin_id)
        if _holds_withdrawn(record):
            raise NotFound("original-gone", id=bulletin_id)
        return record, await blobs.get(connection, record.original.sha256)


def _published(record: BulletinRecord) -> BulletinRecord:
    if record.published is None:
        raise NotFound("bulletin-unknown", id=record.id)
    if record.withdrawn is not None:
        raise NotFound("bulletin-gone", id=record.id)
    return record


def _public(record: BulletinRecord) -> BulletinRecord:
    return replace(record, items=tuple(item for item in record.items if item.is_public))


def _holds_withdrawn(record: BulletinRecord) -> bool:
    return any(item.withdrawn is not None for item in record.items)


def _among_neighbours(shown: BulletinRecord, item: ItemRecord) -> ItemPage:
    place = shown.items.index(item)
    return ItemPage(
        bulletin=shown,
        item=item,
        previous=shown.items[place - 1] if place > 0 else None,
        following=shown.items[place + 1] if place + 1 < len(shown.items) else None,
    )
