"""Restricted feeds: what one body that the footer names may read, under an address that only it knows."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from distributor.model.document import Document
from distributor.model.publication import Publication
from distributor.model.record import BulletinRecord, Original
from distributor.publish.channels import cards_of, recipients_items
from distributor.publish.entries import entries_of
from distributor.publish.feeds import restricted_feed
from distributor.publish.options import FeedOptions
from distributor.publish.writing import written


def restricted_stem(token: str) -> str:
    """Give the path of a restricted feed without the ending of the format; who knows it may read it."""
    return f"feeds/restricted/{token}"


def build_restricted(
    publication: Publication,
    bulletins: Iterable[BulletinRecord],
    token: str,
    options: FeedOptions | None = None,
    offered: Mapping[str, Original] | None = None,
) -> tuple[Document, ...]:
    """Make the feeds of one token: public items and those for recipients of the newest bulletins, in every format.

    They stand in no list of feeds, link to no archive and are announced to no hub.

    Args:
        publication: the publication.
        bulletins: at least the newest ones, in any order.
        token: secret part of the address.
        options: choices for all feeds.
        offered: files that items were offered with, by item key; see `originals_by_item`.
    """
    chosen = options or FeedOptions()
    known = tuple(bulletins)
    records = (record for record in known if not record.backfilled and recipients_items(record))
    newest = sorted(records, key=_place, reverse=True)[: chosen.window]
    entries = [
        entry for record in newest for entry in entries_of(publication, record, recipients_items(record), offered)
    ]
    changed = max((card.changed for card in cards_of(known)), default=None)
    stem = restricted_stem(token)
    return tuple(written(restricted_feed(publication, stem, entries, chosen), stem, changed))


def _place(record: BulletinRecord) -> tuple[datetime, str]:
    return record.published or record.received, record.id
