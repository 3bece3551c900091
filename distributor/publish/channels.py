"""Channels: what can be subscribed to (everything, a section, a contributor), and what a bulletin adds to each."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from distributor.model.bulletin import Visibility
from distributor.model.feeds import EVERYTHING, Card, Channel, ChannelKind, Share
from distributor.model.record import BulletinRecord, ItemRecord
from distributor.publish.addresses import slug
from distributor.publish.cleaning import one_line


def kind_order(kind: ChannelKind) -> int:
    """Give the place of a kind among the kinds, for sorting."""
    return list(ChannelKind).index(kind)


def public_items(record: BulletinRecord) -> tuple[ItemRecord, ...]:
    """Give the items of a published bulletin that everybody may read now, in order."""
    return tuple(item for item in _standing(record) if item.is_public)


def recipients_items(record: BulletinRecord) -> tuple[ItemRecord, ...]:
    """Give the items of a published bulletin that its recipients may read in feeds: all but those of the mail alone."""
    return tuple(item for item in _standing(record) if item.content.visibility is not Visibility.MAIL_ONLY)


def offers_original(record: BulletinRecord) -> bool:
    """Tell whether everybody may have the original file: all that it holds is for everybody, and still is."""
    return record.holds_only({Visibility.PUBLIC})


def _standing(record: BulletinRecord) -> tuple[ItemRecord, ...]:
    if record.published is None or record.withdrawn is not None:
        return ()
    return tuple(item for item in record.items if item.tag_uri and item.published and item.withdrawn is None)


def contributors_of(item: ItemRecord) -> tuple[str, ...]:
    """Give the names of the organizations that supplied an item, each once."""
    attribution = item.content.attribution
    names = (one_line(name) for name in (attribution.organizations if attribution else ()))
    return tuple(dict.fromkeys(name for name in names if name))


def section_of(item: ItemRecord) -> str | None:
    """Give the heading an item stands under in one line, or None."""
    return one_line(item.section or "") or None


def channels_of(item: ItemRecord) -> tuple[tuple[Channel, str], ...]:
    """Give the channels an item belongs to, with the names it uses for them."""
    section = section_of(item)
    named = [(EVERYTHING, "")]
    if section is not None:
        named.append((Channel(ChannelKind.SECTION, slug(section)), section))
    named.extend((Channel(ChannelKind.CONTRIBUTOR, slug(name)), name) for name in contributors_of(item))
    return tuple(dict(named).items())


def card_of(record: BulletinRecord) -> Card | None:
    """Make the card of a bulletin, or None when it was never published.

    A withdrawn bulletin keeps its card, without shares, because its withdrawal changed what readers get.
    """
    if record.published is None:
        return None
    issue = one_line(record.masthead.issue or record.masthead.date or "")
    changed = _changed(record, record.published)
    return Card(record.id, issue, record.published, changed, record.backfilled, _shares(record))


def cards_of(records: Iterable[BulletinRecord]) -> tuple[Card, ...]:
    """Make the cards of all bulletins that were ever published."""
    return tuple(card for card in map(card_of, records) if card is not None)


def _changed(record: BulletinRecord, published: datetime) -> datetime:
    moments = [record.withdrawn, *(moment for item in record.items for moment in (item.updated, item.withdrawn))]
    return max([published, *(moment for moment in moments if moment is not None)])


def _shares(record: BulletinRecord) -> tuple[Share, ...]:
    counts: Counter[Channel] = Counter()
    names: dict[Channel, str] = {}
    for item in public_items(record):
        for channel, name in channels_of(item):
            counts[channel] += 1
            names.setdefault(channel, name)
    return tuple(Share(channel, names[channel], count) for channel, count in counts.items())
