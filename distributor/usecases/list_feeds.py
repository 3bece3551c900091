"""Show what can be subscribed to."""

from dataclasses import dataclass

from distributor.model.feeds import EVERYTHING, Channel, ChannelCount
from distributor.model.publication import Publication
from distributor.model.record import ItemRecord
from distributor.publish.addresses import Format
from distributor.publish.channels import channels_of
from distributor.publish.feeds import channel_title
from distributor.publish.listing import FeedInfo, listing_of
from distributor.store import catalogue
from distributor.usecases.context import Context


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed as a page points to it for feed readers (autodiscovery).

    Args:
        title: title of the feed, with its format.
        media_type: without parameters.
        path: of the document, decoded.
        query: query of its address, or empty.
    """

    title: str
    media_type: str
    path: str
    query: str = ""


async def list_feeds(context: Context) -> tuple[FeedInfo, ...]:
    """Give everything that can be subscribed to: all items, then by section, then by contributor.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        counts = await catalogue.counts(connection)
    return listing_of(context.publication, counts)


def feed_of_channel(publication: Publication, count: ChannelCount) -> FeedInfo:
    """Give the feed of a section or contributor with its addresses.

    Args:
        publication: the publication.
        count: the section or contributor, and how much there is in it.
    """
    return next(one for one in listing_of(publication, [count]) if one.slug == count.channel.slug)


def feeds_of_site(publication: Publication) -> tuple[FeedLink, ...]:
    """Give the feeds of all items, which every page points to.

    Args:
        publication: the publication.
    """
    return _links(publication, EVERYTHING, "")


def feeds_of_item(publication: Publication, item: ItemRecord) -> tuple[FeedLink, ...]:
    """Give the feeds that an item belongs to: all items, its section, its contributors.

    Args:
        publication: the publication.
        item: a public item.
    """
    return tuple(link for channel, name in channels_of(item) for link in _links(publication, channel, name))


def feeds_of_channel(publication: Publication, channel: Channel, name: str) -> tuple[FeedLink, ...]:
    """Give the feeds of a section or contributor, and those of all items.

    Args:
        publication: the publication.
        channel: the section or contributor.
        name: its name.
    """
    return (*_links(publication, channel, name), *feeds_of_site(publication))


def _links(publication: Publication, channel: Channel, name: str) -> tuple[FeedLink, ...]:
    title = channel_title(publication, channel, name)
    return tuple(
        FeedLink(f"{title} ({form.label})", form.media_type, f"{channel.stem}{form.ending}") for form in Format
    )
