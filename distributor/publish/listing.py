"""The list of all feeds: for the page that explains them, for autodiscovery and for OPML."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from distributor.model.feeds import ChannelCount, ChannelKind
from distributor.model.publication import Publication
from distributor.model.record import BulletinRecord
from distributor.publish.addresses import Format, address
from distributor.publish.catalogue import Catalogue
from distributor.publish.channels import cards_of, kind_order
from distributor.publish.feeds import channel_title
from distributor.publish.options import FeedOptions


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """One format of a feed.

    Args:
        format: which.
        label: its name for people.
        media_type: for autodiscovery.
        url: absolute address, to be copied.
        path: path under the base address, decoded.
    """

    format: Format
    label: str
    media_type: str
    url: str
    path: str


@dataclass(frozen=True, slots=True)
class FeedInfo:
    """What people are told about a feed.

    Args:
        kind: everything, a section or a contributor.
        slug: part of its address; empty for everything.
        name: heading or contributor; empty for everything.
        title: title of the feed.
        formats: RSS, Atom, JSON Feed.
        bulletins: number of bulletins with public items in it.
        count: number of public items in it.
    """

    kind: ChannelKind
    slug: str
    name: str
    title: str
    formats: tuple[FeedAddress, ...]
    bulletins: int
    count: int


def feed_listing(
    publication: Publication, bulletins: Sequence[BulletinRecord], options: FeedOptions | None = None
) -> tuple[FeedInfo, ...]:
    """List the public subscription feeds: everything, then sections and contributors, those with most items first.

    Args:
        publication: the publication.
        bulletins: all that were ever published, in any order.
        options: choices for all feeds.
    """
    window = (options or FeedOptions()).window
    return listing_of(publication, Catalogue.of(cards_of(bulletins), window).counts)


def listing_of(publication: Publication, counts: Iterable[ChannelCount]) -> tuple[FeedInfo, ...]:
    """List the public subscription feeds of a catalogue, as `feed_listing` does.

    Args:
        publication: the publication.
        counts: its channels; everything has a feed also while nothing was published.
    """
    infos = (_info(publication, count) for count in counts)
    return tuple(sorted(infos, key=lambda info: (kind_order(info.kind), -info.count, info.slug)))


def _info(publication: Publication, count: ChannelCount) -> FeedInfo:
    channel = count.channel
    return FeedInfo(
        kind=channel.kind,
        slug=channel.slug,
        name=count.name,
        title=channel_title(publication, channel, count.name),
        formats=tuple(_address(publication, channel.stem, form) for form in Format),
        bulletins=count.bulletins,
        count=count.items,
    )


def _address(publication: Publication, stem: str, form: Format) -> FeedAddress:
    path = stem + form.ending
    return FeedAddress(form, form.label, form.media_type, address(publication, path), path)


def is_announced(path: str) -> bool:
    """Whether a hub announces the document at a path: what readers subscribe to, no archive documents, no lists."""
    kind = path.removeprefix("feeds/").partition("/")[0]
    depth = {ChannelKind.SECTION.value: 2, ChannelKind.CONTRIBUTOR.value: 2}.get(kind, 1)
    return path.count("/") == depth and any(path.endswith(form.ending) for form in Format)


def topics_of(publication: Publication, paths: Iterable[str]) -> tuple[str, ...]:
    """Give the addresses of those documents that a hub announces."""
    return tuple(address(publication, path) for path in paths if is_announced(path))
