"""Every version of a bulletin and of its items that readers had; versions are added, never changed."""

from collections.abc import Collection

from sqlalchemy import RowMapping, and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.bulletin import Item
from distributor.model.record import BulletinRecord, ItemRecord, Original
from distributor.model.revision import BulletinRevision, ItemRevision
from distributor.store.tables import bulletin_revisions, bulletins, item_revisions, items
from distributor.store.values import restore


async def add(connection: AsyncConnection, record: BulletinRecord, version: BulletinRevision) -> None:
    """Keep the version of a bulletin that readers get now, and those words of its items that are new in it.

    Args:
        connection: an open writing transaction.
        record: the bulletin as it is published, its items kept already.
        version: when, by whom, and what the editor says about it.
    """
    row = {
        "bulletin_id": record.id,
        "revision": version.revision,
        "masthead": record.masthead,
        "preamble": record.preamble,
        "distribution": record.distribution,
        "published": version.published,
        "published_by": version.published_by,
        "note": version.note,
        **original_row(version.original),
    }
    is_first = await _count_versions(connection, record.id) == 0
    await connection.execute(insert(bulletin_revisions).values(row))
    known = await _known_words(connection, record.id)
    for item in record.items:
        if (item.key, item.revision) not in known:
            await connection.execute(insert(item_revisions).values(_words_row(item, version)))
        elif is_first:
            # nobody has read the words of a draft, and they may have been replaced since it was received
            await connection.execute(
                update(item_revisions)
                .where(item_revisions.c.item_key == item.key, item_revisions.c.revision == item.revision)
                .values(section=item.section, content=item.content, bulletin_revision=version.revision)
            )


async def of_bulletin(connection: AsyncConnection, bulletin_id: str) -> tuple[BulletinRevision, ...]:
    """Give the versions of a bulletin that readers had, oldest first.

    Args:
        connection: an open transaction.
        bulletin_id: the bulletin.
    """
    query = select(bulletin_revisions).where(bulletin_revisions.c.bulletin_id == bulletin_id)
    rows = (await connection.execute(query.order_by(bulletin_revisions.c.revision))).mappings()
    return tuple(
        BulletinRevision(row["revision"], original_of(row), row["published"], row["published_by"], row["note"])
        for row in rows
    )


async def of_item(connection: AsyncConnection, key: str) -> tuple[ItemRevision, ...]:
    """Give the words that an item had, oldest first.

    Args:
        connection: an open transaction.
        key: key of the item.
    """
    query = select(item_revisions).where(item_revisions.c.item_key == key).order_by(item_revisions.c.revision)
    return tuple(_item_revision(row) for row in (await connection.execute(query)).mappings())


async def offered_originals(connection: AsyncConnection, ids: Collection[str]) -> dict[str, Original]:
    """Tell which file each item of corrected bulletins was offered with when its words last changed, by item key.

    Args:
        connection: an open transaction.
        ids: of the bulletins; those that have one version alone need no answer.
    """
    joined = (
        items.join(bulletins, bulletins.c.id == items.c.bulletin_id)
        .join(
            item_revisions,
            and_(item_revisions.c.item_key == items.c.key, item_revisions.c.revision == items.c.revision),
        )
        .join(
            bulletin_revisions,
            and_(
                bulletin_revisions.c.bulletin_id == items.c.bulletin_id,
                bulletin_revisions.c.revision == item_revisions.c.bulletin_revision,
            ),
        )
    )
    query = (
        select(items.c.key, *_ORIGINAL)
        .select_from(joined)
        .where(items.c.bulletin_id.in_(sorted(ids)), item_revisions.c.bulletin_revision < bulletins.c.revision)
    )
    return {row["key"]: original_of(row) for row in (await connection.execute(query)).mappings()}


def original_of(row: RowMapping) -> Original:
    """Read what a row says about a file."""
    return Original(row["original_name"], row["original_type"], row["original_size"], row["original_sha256"])


def original_row(original: Original) -> dict[str, object]:
    """Write what a row says about a file."""
    return {
        "original_sha256": original.sha256,
        "original_name": original.name,
        "original_type": original.media_type,
        "original_size": original.size,
    }


_ORIGINAL = (
    bulletin_revisions.c.original_name,
    bulletin_revisions.c.original_type,
    bulletin_revisions.c.original_size,
    bulletin_revisions.c.original_sha256,
)


async def _count_versions(connection: AsyncConnection, bulletin_id: str) -> int:
    query = select(bulletin_revisions.c.revision).where(bulletin_revisions.c.bulletin_id == bulletin_id)
    return len((await connection.execute(query)).all())


async def _known_words(connection: AsyncConnection, bulletin_id: str) -> set[tuple[str, int]]:
    query = (
        select(item_revisions.c.item_key, item_revisions.c.revision)
        .join(items, items.c.key == item_revisions.c.item_key)
        .where(items.c.bulletin_id == bulletin_id)
    )
    return {(row.item_key, row.revision) for row in await connection.execute(query)}


def _words_row(item: ItemRecord, version: BulletinRevision) -> dict[str, object]:
    return {
        "item_key": item.key,
        "revision": item.revision,
        "section": item.section,
        "content": item.content,
        "created": version.published,
        "created_by": version.published_by,
        "bulletin_revision": version.revision,
    }


def _item_revision(row: RowMapping) -> ItemRevision:
    return ItemRevision(
        revision=row["revision"],
        section=row["section"],
        content=restore(Item, row["content"]),
        bulletin_revision=row["bulletin_revision"],
        created=row["created"],
        created_by=row["created_by"],
    )
