"""Bulletins and their items."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, delete, func, insert, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.errors import NotFound
from distributor.model.bulletin import DistributionGroup, Item, Masthead
from distributor.model.finding import Finding
from distributor.model.record import BulletinRecord, ItemRecord, Original
from distributor.store.tables import bulletin_revisions, bulletins, corrections, item_revisions, items
from distributor.store.values import restore

_CHUNK = 500


async def add(connection: AsyncConnection, record: BulletinRecord) -> None:
    """Keep a new bulletin with its items and their first revisions.

    Args:
        connection: an open writing transaction; the original's bytes are kept already.
        record: the bulletin.
    """
    await connection.execute(insert(bulletins).values(_bulletin_row(record)))
    await connection.execute(insert(items), [_item_row(record.id, item) for item in record.items])
    await _add_revisions(connection, record.items, record.received, record.received_by)


async def save(connection: AsyncConnection, record: BulletinRecord) -> None:
    """Put a bulletin in the place of what is kept of it: a draft that was replaced, or a correction.

    Items that the record does not hold are removed; no reader has had them, since a correction withdraws items.

    Args:
        connection: an open writing transaction; the original's bytes are kept already.
        record: the bulletin as it is now.
    """
    await connection.execute(update(bulletins).where(bulletins.c.id == record.id).values(_bulletin_row(record)))
    query = select(items.c.key).where(items.c.bulletin_id == record.id)
    known = set((await connection.execute(query)).scalars())
    kept = {item.key for item in record.items}
    await connection.execute(delete(item_revisions).where(item_revisions.c.item_key.in_(sorted(known - kept))))
    await connection.execute(delete(items).where(items.c.key.in_(sorted(known - kept))))
    for item in record.items:
        row = _item_row(record.id, item)
        if item.key in known:
            await connection.execute(update(items).where(items.c.key == item.key).values(row))
        else:
            await connection.execute(insert(items).values(row))


async def save_publication(connection: AsyncConnection, record: BulletinRecord) -> None:
    """Write down what a publication or withdrawal changed: dates and tag URIs.

    Args:
        connection: an open writing transaction.
        record: the bulletin as it is now.
    """
    await connection.execute(
        update(bulletins)
        .where(bulletins.c.id == record.id)
        .values(published=record.published, withdrawn=record.withdrawn),
    )
    for item in record.items:
        await connection.execute(
            update(items)
            .where(items.c.key == item.key)
            .values(tag_uri=item.tag_uri, published=item.published, updated=item.updated, withdrawn=item.withdrawn),
        )


async def save_masthead(connection: AsyncConnection, record: BulletinRecord) -> None:
    """Write down another title, number, date or publisher of a draft.

    Args:
        connection: an open writing transaction.
        record: the bulletin as it is now.
    """
    await connection.execute(
        update(bulletins)
        .where(bulletins.c.id == record.id)
        .values(masthead=record.masthead, date=record.masthead.date),
    )


async def get(connection: AsyncConnection, bulletin_id: str) -> BulletinRecord:
    """Give a bulletin.

    Args:
        connection: an open transaction.
        bulletin_id: its id.

    Raises:
        NotFound: `bulletin-unknown`.
    """
    found = await _load(connection, select(bulletins).where(bulletins.c.id == bulletin_id))
    if not found:
        raise NotFound("bulletin-unknown", id=bulletin_id)
    return found[0]


async def get_many(connection: AsyncConnection, ids: Collection[str]) -> tuple[BulletinRecord, ...]:
    """Give bulletins in no order; an unknown id is left out.

    Args:
        connection: an open transaction.
        ids: their ids.
    """
    wanted = sorted(ids)
    found: list[BulletinRecord] = []
    for begin in range(0, len(wanted), _CHUNK):
        found += await _load(connection, select(bulletins).where(bulletins.c.id.in_(wanted[begin : begin + _CHUNK])))
    return tuple(found)


async def find_by_original(connection: AsyncConnection, publication: str, sha256: str) -> BulletinRecord | None:
    """Give the bulletin that was made of a file, or was corrected by it, or is to be; None for a new file.

    Args:
        connection: an open transaction.
        publication: slug of the publication.
        sha256: digest of the file.
    """
    waiting = corrections.c.published.is_(None) & corrections.c.discarded.is_(None)
    earlier = union_all(
        select(bulletins.c.id).where(bulletins.c.original_sha256 == sha256),
        select(bulletin_revisions.c.bulletin_id).where(bulletin_revisions.c.original_sha256 == sha256),
        select(corrections.c.bulletin_id).where(corrections.c.original_sha256 == sha256, waiting),
    )
    query = select(bulletins).where(bulletins.c.publication == publication, bulletins.c.id.in_(earlier))
    found = await _load(connection, query.order_by(bulletins.c.received))
    return found[0] if found else None


async def find_by_item(connection: AsyncConnection, key: str) -> BulletinRecord:
    """Give the bulletin that holds an item.

    Args:
        connection: an open transaction.
        key: key of the item.

    Raises:
        NotFound: `item-unknown`.
    """
    bulletin_id = await connection.scalar(select(items.c.bulletin_id).where(items.c.key == key))
    if bulletin_id is None:
        raise NotFound("item-unknown", key=key)
    return await get(connection, str(bulletin_id))


async def list_published(connection: AsyncConnection, *, limit: int | None = None) -> tuple[BulletinRecord, ...]:
    """Give the published bulletins that were not withdrawn, newest first.

    Args:
        connection: an open transaction.
        limit: how many at most.
    """
    query = select(bulletins).where(bulletins.c.published.is_not(None), bulletins.c.withdrawn.is_(None))
    return await _load(connection, _newest_first(query).limit(limit))


async def newest_item_date(connection: AsyncConnection) -> datetime | None:
    """Give the newest publication date of all items, or None when nothing was published."""
    newest: datetime | None = await connection.scalar(select(func.max(items.c.published)))
    return newest


def _newest_first(query: Any) -> Any:  # noqa: ANN401  SQLAlchemy's Select of many columns has no short name
    return query.order_by(bulletins.c.date.desc().nulls_last(), bulletins.c.received.desc(), bulletins.c.id)


async def _load(connection: AsyncConnection, query: Any) -> tuple[BulletinRecord, ...]:  # noqa: ANN401  as above
    rows = (await connection.execute(query)).mappings().all()
    ids = [row["id"] for row in rows]
    by_bulletin: dict[str, list[ItemRecord]] = {bulletin_id: [] for bulletin_id in ids}
    found = await connection.execute(
        select(items).where(items.c.bulletin_id.in_(ids)).order_by(items.c.bulletin_id, items.c.position),
    )
    for row in found.mappings():
        by_bulletin[row["bulletin_id"]].append(item_of(row))
    return tuple(_record(row, by_bulletin[row["id"]]) for row in rows)


async def _add_revisions(
    connection: AsyncConnection,
    changed: Sequence[ItemRecord],
    moment: datetime,
    actor: str,
) -> None:
    rows = [
        {
            "item_key": item.key,
            "revision": item.revision,
            "section": item.section,
            "content": item.content,
            "created": moment,
            "created_by": actor,
        }
        for item in changed
    ]
    await connection.execute(insert(item_revisions), rows)


def _bulletin_row(record: BulletinRecord) -> dict[str, object]:
    return {
        "id": record.id,
        "publication": record.publication,
        "masthead": record.masthead,
        "date": record.masthead.date,
        "preamble": record.preamble,
        "distribution": record.distribution,
        "findings": record.findings,
        "original_sha256": record.original.sha256,
        "original_name": record.original.name,
        "original_type": record.original.media_type,
        "original_size": record.original.size,
        "received": record.received,
        "received_by": record.received_by,
        "revision": record.revision,
        "published": record.published,
        "withdrawn": record.withdrawn,
        "backfilled": record.backfilled,
    }


def _item_row(bulletin_id: str, item: ItemRecord) -> dict[str, object]:
    return {
        "key": item.key,
        "bulletin_id": bulletin_id,
        "position": item.position,
        "section": item.section,
        "content": item.content,
        "tag_uri": item.tag_uri,
        "revision": item.revision,
        "published": item.published,
        "updated": item.updated,
        "withdrawn": item.withdrawn,
        "dropped": item.dropped,
    }


def item_of(row: RowMapping) -> ItemRecord:
    """Restore an item from its row."""
    return ItemRecord(
        key=row["key"],
        position=row["position"],
        section=row["section"],
        content=restore(Item, row["content"]),
        tag_uri=row["tag_uri"],
        revision=row["revision"],
        published=row["published"],
        updated=row["updated"],
        withdrawn=row["withdrawn"],
        dropped=row["dropped"],
    )


def _record(row: RowMapping, its_items: Sequence[ItemRecord]) -> BulletinRecord:
    return BulletinRecord(
        id=row["id"],
        publication=row["publication"],
        masthead=restore(Masthead, row["masthead"]),
        preamble=tuple(row["preamble"]),
        items=tuple(its_items),
        distribution=restore(tuple[DistributionGroup, ...], row["distribution"]),
        original=Original(row["original_name"], row["original_type"], row["original_size"], row["original_sha256"]),
        received=row["received"],
        received_by=row["received_by"],
        revision=row["revision"],
        findings=restore(tuple[Finding, ...], row["findings"]),
        published=row["published"],
        withdrawn=row["withdrawn"],
        backfilled=row["backfilled"],
    )
