"""Read what everybody may read: published bulletins and their public items."""

from dataclasses import dataclass, replace

from distributor.errors import NotFound
from distributor.model.record import BulletinRecord, ItemRecord
from distributor.store import blobs, bulletins
from distributor.usecases.context import Context


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


async def read_bulletin(context: Context, bulletin_id: str) -> BulletinRecord:
    """Give a published bulletin with its public items.

    Args:
        context: the installation.
        bulletin_id: its id.

    Raises:
        NotFound: `bulletin-unknown` also for one that is not published.
    """
    async with context.database.read() as connection:
        record = await bulletins.get(connection, bulletin_id)
    return _public(_published(record))


async def read_item(context: Context, key: str) -> ItemPage:
    """Give a public item with its neighbours.

    Args:
        context: the installation.
        key: its key.

    Raises:
        NotFound: `item-unknown` also for one that is not public.
    """
    async with context.database.read() as connection:
        record = await bulletins.find_by_item(connection, key)
    if record.published is None or record.withdrawn is not None:
        raise NotFound("item-unknown", key=key)
    shown = _public(record)
    place = next((place for place, item in enumerate(shown.items) if item.key == key), None)
    if place is None:
        raise NotFound("item-unknown", key=key)
    return ItemPage(
        bulletin=shown,
        item=shown.items[place],
        previous=shown.items[place - 1] if place > 0 else None,
        following=shown.items[place + 1] if place + 1 < len(shown.items) else None,
    )


async def read_original(context: Context, bulletin_id: str) -> tuple[BulletinRecord, bytes]:
    """Give the file that a published bulletin came from.

    Args:
        context: the installation.
        bulletin_id: its id.

    Raises:
        NotFound: `bulletin-unknown`.
    """
    async with context.database.read() as connection:
        record = _published(await bulletins.get(connection, bulletin_id))
        return record, await blobs.get(connection, record.original.sha256)


def _published(record: BulletinRecord) -> BulletinRecord:
    if record.published is None or record.withdrawn is not None:
        raise NotFound("bulletin-unknown", id=record.id)
    return record


def _public(record: BulletinRecord) -> BulletinRecord:
    return replace(record, items=tuple(item for item in record.items if item.is_public))
