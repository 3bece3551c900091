"""Feeds: what a document says about itself, before it is written in one of the formats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from distributor.i18n import negotiate, translate
from distributor.model.feeds import EVERYTHING, Card, Channel, ChannelKind
from distributor.model.publication import Publication
from distributor.publish.addresses import Format, address, bulletin_address, home_address, tag_uri
from distributor.publish.catalogue import Chain
from distributor.publish.cleaning import one_line
from distributor.publish.entries import Entry
from distributor.publish.options import FeedOptions

_TITLES: Final = {ChannelKind.SECTION: "feed.section-title", ChannelKind.CONTRIBUTOR: "feed.contributor-title"}


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed document without its format.

    Args:
        publication: author, language and rights are its own.
        id: tag URI of the channel; an archive document has the id of its channel (RFC 5005, 4).
        title: plain text in one line.
        home: address of the page for people.
        updated: the newest of its entries.
        own: address of the document by format.
        previous: addresses of the document that precedes it, by format; empty when it is the oldest.
        current: addresses of the subscription feed, by format; empty unless this is an archive document.
        entries: in the order in which they are shown.
        options: choices for all feeds.
    """

    publication: Publication
    id: str
    title: str
    home: str
    updated: datetime
    own: Mapping[Format, str]
    previous: Mapping[Format, str]
    current: Mapping[Format, str]
    entries: tuple[Entry, ...]
    options: FeedOptions

    @property
    def subtitle(self) -> str:
        """What the publication says about itself, in one line."""
        return one_line(self.publication.description) or self.title

    @property
    def publisher(self) -> str:
        """Name of the author of the feed."""
        return one_line(self.publication.publisher) or self.title

    @property
    def contact(self) -> str | None:
        """E-mail address of the publisher, or None when the contact is something else."""
        contact = one_line(self.publication.contact)
        return contact if "@" in contact.strip("@") else None

    @property
    def rights(self) -> str:
        """The line about rights; the name of the publisher when the operator gave none."""
        return one_line(self.publication.rights or "") or f"© {self.publisher}"

    @property
    def is_archive(self) -> bool:
        """Whether it is an archive document rather than what readers subscribe to."""
        return bool(self.current)

    @property
    def hub(self) -> str | None:
        """Address of the WebSub hub that announces it, or None; nobody subscribes to an archive document."""
        return None if self.is_archive else self.options.hub

    def link_before(self, form: Format) -> tuple[Format, str] | None:
        """Give the document that precedes it, in the same format where there is one, else in Atom."""
        for choice in (form, Format.ATOM):
            if choice in self.previous:
                return choice, self.previous[choice]
        return None


def subscription_feed(publication: Publication, chain: Chain, entries: Sequence[Entry], options: FeedOptions) -> Feed:
    """Make the feed that readers subscribe to: the newest bulletins of a channel (RFC 5005, 4).

    Args:
        publication: the publication.
        chain: the bulletins of the channel.
        entries: of the bulletins in the window, in the order in which they are shown.
        options: choices for all feeds.
    """
    channel = chain.channel
    return Feed(
        publication=publication,
        id=channel_id(publication, channel),
        title=channel_title(publication, channel, chain.name),
        home=home_address(publication),
        updated=_newest(publication, entries),
        own=_addresses(publication, channel.stem, tuple(Format)),
        previous=_previous(publication, channel, chain.before_current),
        current={},
        entries=tuple(entries),
        options=options,
    )


def archive_feed(
    publication: Publication, chain: Chain, card: Card, entries: Sequence[Entry], options: FeedOptions
) -> Feed:
    """Make the archive document of one bulletin in one channel (RFC 5005, 4).

    Args:
        publication: the publication.
        chain: the bulletins of the channel.
        card: the bulletin.
        entries: what it adds to the channel.
        options: choices for all feeds.
    """
    channel = chain.channel
    name = channel_title(publication, channel, chain.name_in(card))
    return Feed(
        publication=publication,
        id=channel_id(publication, channel),
        title=f"{name} {card.issue}".strip(),
        home=bulletin_address(publication, card.id),
        updated=_newest(publication, entries),
        own=_addresses(publication, channel.archive_stem(card.id), archive_formats(channel)),
        previous=_previous(publication, channel, chain.before(card)),
        current=_addresses(publication, channel.stem, tuple(Format)),
        entries=tuple(entries),
        options=options,
    )


def restricted_feed(publication: Publication, stem: str, entries: Sequence[Entry], options: FeedOptions) -> Feed:
    """Make the feed of one body that the footer names: without archive and hub, because both are public.

    Args:
        publication: the publication.
        stem: path without the ending of the format, secret.
        entries: in the order in which they are shown.
        options: choices for all feeds.
    """
    name = one_line(publication.name) or publication.slug
    return Feed(
        publication=publication,
        id=tag_uri(publication, "feeds/restricted"),
        title=translate("feed.restricted-title", negotiate(publication.language), publication=name),
        home=home_address(publication),
        updated=_newest(publication, entries),
        own=_addresses(publication, stem, tuple(Format)),
        previous={},
        current={},
        entries=tuple(entries),
        options=replace(options, hub=None),
    )


def archive_formats(channel: Channel) -> tuple[Format, ...]:
    """Give the formats that archive documents of a channel are written in."""
    return (Format.ATOM, Format.RSS) if channel == EVERYTHING else (Format.ATOM,)


def channel_id(publication: Publication, channel: Channel) -> str:
    """Give the tag URI of a channel; it never changes."""
    return tag_uri(publication, channel.stem)


def channel_title(publication: Publication, channel: Channel, name: str) -> str:
    """Give the title of a channel for readers.

    Args:
        publication: the publication.
        channel: the channel.
        name: its heading or contributor.
    """
    publication_name = one_line(publication.name) or publication.slug
    message = _TITLES.get(channel.kind)
    if message is None:
        return publication_name
    return translate(message, negotiate(publication.language), publication=publication_name, name=name)


def first_moment(publication: Publication) -> datetime:
    """Give the moment of a feed that has no entries yet: the day on which the tag authority was held."""
    year, month, day = (*map(int, publication.tag_date.split("-")), 1, 1)[:3]
    return datetime(year, month, day, tzinfo=ZoneInfo(publication.time_zone))


def _newest(publication: Publication, entries: Sequence[Entry]) -> datetime:
    return max((entry.updated for entry in entries), default=first_moment(publication))


def _addresses(publication: Publication, stem: str, formats: Sequence[Format]) -> dict[Format, str]:
    return {form: address(publication, stem + form.ending) for form in formats}


def _previous(publication: Publication, channel: Channel, card: Card | None) -> dict[Format, str]:
    if card is None:
        return {}
    return _addresses(publication, channel.archive_stem(card.id), archive_formats(channel))
