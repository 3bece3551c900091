"""Documents: which are made of a catalogue, and which of them one publication, correction or withdrawal touches."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from distributor.model.document import Document
from distributor.model.feeds import EVERYTHING, Card, Channel
from distributor.model.publication import Publication
from distributor.model.record import BulletinRecord, Original
from distributor.publish.addresses import Format
from distributor.publish.catalogue import Catalogue, Chain
from distributor.publish.channels import card_of, cards_of, public_items
from distributor.publish.entries import Entry, entries_of
from distributor.publish.feeds import archive_feed, archive_formats, subscription_feed
from distributor.publish.listing import listing_of
from distributor.publish.opml import OPML_PATH, OPML_TYPE, opml_bytes
from distributor.publish.options import FeedOptions
from distributor.publish.writing import document_of, modified, written


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one bulletin: it was published, corrected or withdrawn.

    Args:
        now: the bulletin as it stands now.
        before: as readers had it until now, or None when it was not public.
    """

    now: BulletinRecord
    before: BulletinRecord | None = None

    @property
    def channels(self) -> frozenset[Channel]:
        """The channels it adds to now, or added to before."""
        cards = cards_of([self.now, *([self.before] if self.before is not None else [])])
        return frozenset({EVERYTHING}.union(share.channel for card in cards for share in card.shares))


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What is to be stored, and what is to be removed, after bulletins changed.

    Args:
        documents: new bytes; one whose ETag is the stored one has not changed.
        removed: paths where nothing stands any more, whether or not something stood there (410, RFC 9110, 15.5.11).
    """

    documents: tuple[Document, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Touched:
    """What a change touches in one channel: archive documents to make, and those that are no longer there."""

    chain: Chain
    made: tuple[Card, ...]
    gone: tuple[Card, ...]


def build_documents(
    publication: Publication,
    bulletins: Iterable[BulletinRecord],
    options: FeedOptions | None = None,
    offered: Mapping[str, Original] | None = None,
) -> tuple[Document, ...]:
    """Make all public documents of a publication; the same bulletins always give the same bytes.

    Args:
        publication: the publication.
        bulletins: all that were ever published, in any order; others are left out.
        options: choices for all feeds.
        offered: files that items were offered with, by item key; see `originals_by_item`.
    """
    chosen = options or FeedOptions()
    records = tuple(bulletins)
    catalogue = Catalogue.of(cards_of(records), chosen.window)
    press = _Press(publication, catalogue, records, chosen, offered)
    feeds = [
        document
        for chain in catalogue.chains()
        for document in (*press.subscription(chain), *press.archive(chain, chain.archived))
    ]
    return (*feeds, press.opml())


def build_for(
    publication: Publication,
    catalogue: Catalogue,
    records: Iterable[BulletinRecord],
    changes: Collection[Change],
    options: FeedOptions | None = None,
    offered: Mapping[str, Original] | None = None,
) -> Rebuilt:
    """Make the documents that changes of bulletins touch; how large the archive is makes no difference.

    Args:
        publication: the publication.
        catalogue: the channels that `touched_channels` names at least, the changed bulletins as they stand now.
        records: at least the bulletins that `needed` names.
        changes: what happened, each bulletin once.
        options: choices for all feeds.
        offered: files that items were offered with, by item key; see `originals_by_item`.
    """
    press = _Press(publication, catalogue, records, options or FeedOptions(), offered)
    documents: list[Document] = []
    removed: list[str] = []
    for touched in _touched(catalogue, changes):
        chain = touched.chain
        if chain.cards or chain.channel == EVERYTHING:
            documents += press.subscription(chain)
        else:
            removed += [chain.channel.stem + form.ending for form in Format]
        documents += press.archive(chain, touched.made)
        removed += [path for card in touched.gone for path in _archive_paths(chain.channel, card)]
    return Rebuilt((*documents, press.opml()), tuple(removed))


def needed(catalogue: Catalogue, changes: Collection[Change]) -> frozenset[str]:
    """Name the bulletins whose content `build_for` needs.

    Args:
        catalogue: as for `build_for`.
        changes: what happened.
    """
    return frozenset(
        card.id for touched in _touched(catalogue, changes) for card in (*touched.chain.current, *touched.made)
    )


def touched_channels(changes: Iterable[Change]) -> Mapping[Channel, tuple[Card, ...]]:
    """Name the channels that changes touch, each with the cards of the bulletins that changed in it."""
    cards: dict[Channel, list[Card]] = {EVERYTHING: []}
    for change in changes:
        card = card_of(change.now)
        for channel in sorted(change.channels, key=lambda channel: channel.stem):
            cards.setdefault(channel, []).extend([card] if card is not None else [])
    return {channel: tuple(cards[channel]) for channel in sorted(cards, key=lambda channel: channel.stem)}


def _touched(catalogue: Catalogue, changes: Collection[Change]) -> tuple[_Touched, ...]:
    return tuple(
        _touched_in(catalogue.chain(channel), changed) for channel, changed in touched_channels(changes).items()
    )


def _touched_in(chain: Chain, changed: tuple[Card, ...]) -> _Touched:
    moved = {card.place: card for card in (*chain.edge(max(len(changed), 1)), *changed)}
    made = {place: card for place, card in moved.items() if chain.is_archived(card)}
    gone = [card for place, card in moved.items() if place not in made]
    # the document that names one of them as the one before it says something else now
    for card in moved.values():
        if (newer := chain.after(card)) is not None:
            made[newer.place] = newer
    return _Touched(chain, tuple(made[place] for place in sorted(made)), tuple(gone))


def _archive_paths(channel: Channel, card: Card) -> list[str]:
    return [channel.archive_stem(card.id) + form.ending for form in archive_formats(channel)]


class _Press:
    """Writes the documents of one state of the catalogue; entries are made once, however many feeds show them."""

    def __init__(
        self,
        publication: Publication,
        catalogue: Catalogue,
        records: Iterable[BulletinRecord],
        options: FeedOptions,
        offered: Mapping[str, Original] | None,
    ) -> None:
        self._publication = publication
        self._catalogue = catalogue
        self._records = {record.id: record for record in records}
        self._options = options
        self._offered = offered or {}
        self._entries: dict[str, tuple[Entry, ...]] = {}

    def subscription(self, chain: Chain) -> list[Document]:
        """Write what readers of a channel subscribe to, in every format."""
        entries = [entry for card in chain.current for entry in self._entries_in(chain, card)]
        feed = subscription_feed(self._publication, chain, entries, self._options)
        return written(feed, chain.channel.stem, self._catalogue.changed)

    def archive(self, chain: Chain, cards: Iterable[Card]) -> list[Document]:
        """Write the archive documents of bulletins in a channel."""
        documents: list[Document] = []
        for card in cards:
            feed = archive_feed(self._publication, chain, card, self._entries_in(chain, card), self._options)
            documents += written(feed, chain.channel.archive_stem(card.id), self._catalogue.changed)
        return documents

    def opml(self) -> Document:
        """Write the list of all feeds."""
        feeds = listing_of(self._publication, self._catalogue.counts)
        moment = modified(self._publication, self._catalogue.changed)
        return document_of(OPML_PATH, OPML_TYPE, opml_bytes(self._publication, feeds), moment)

    def _entries_in(self, chain: Chain, card: Card) -> list[Entry]:
        if card.id not in self._entries:
            record = self._records[card.id]
            items = public_items(record)
            self._entries[card.id] = entries_of(self._publication, record, items, self._offered)
        return [entry for entry in self._entries[card.id] if chain.channel in entry.channels]
