"""Identity: what makes an item the same item for ever, whatever happens to its words (RFC 4151, RFC 4287, 4.2.6)."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from distributor.model.publication import Publication
from distributor.model.record import BulletinRecord, ItemRecord
from distributor.publish.addresses import tag_uri


def assign_identity(
    record: BulletinRecord, publication: Publication, moment: datetime, after: datetime | None = None
) -> BulletinRecord:
    """Give a bulletin and its items their identity at first publication; what has one keeps it.

    Items get tag URIs and distinct whole seconds, the first item the newest, because readers sort the newest first.
    Items of a backfilled bulletin get the day of its masthead, so that readers see when they were news.

    Args:
        record: the bulletin.
        publication: mints the tag URIs; moments are given in its zone.
        moment: the moment of publication, with its zone.
        after: newest date of an item already published, or None; when two bulletins are published within a minute,
            the second one's items are dated after it, so that readers do not mix them.
    """
    zone = ZoneInfo(publication.time_zone)
    newest = moment.astimezone(zone).replace(microsecond=0)
    if record.backfilled:
        newest = _noon(record.masthead.date, newest)
    elif after is not None:
        newest = max(newest, after.astimezone(zone).replace(microsecond=0) + timedelta(seconds=len(record.items)))
    items = tuple(
        _with_identity(item, publication, newest - timedelta(seconds=index)) for index, item in enumerate(record.items)
    )
    published = record.published or moment.astimezone(zone).replace(microsecond=0)
    return replace(record, items=items, published=published)


def _with_identity(item: ItemRecord, publication: Publication, moment: datetime) -> ItemRecord:
    return replace(
        item,
        tag_uri=item.tag_uri or tag_uri(publication, f"items/{item.key}"),
        published=item.published or moment,
        updated=item.updated or item.published or moment,
    )


def _noon(printed: str | None, newest: datetime) -> datetime:
    # noon keeps the day in every zone that readers live in
    try:
        day = date.fromisoformat(f"{printed}-01"[:10])
    except ValueError:
        return newest
    return min(datetime.combine(day, time(12), newest.tzinfo), newest)
