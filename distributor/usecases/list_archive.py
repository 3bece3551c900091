"""Lists of what everybody may read: bulletins by year, items of a section or contributor, everything for robots."""

from dataclasses import dataclass

from distributor import publish
from distributor.errors import NotFound
from distributor.model.feeds import Channel, ChannelCount, ChannelKind
from distributor.model.search import ListedBulletin, ListedItem
from distributor.store import catalogue, listings, search
from distributor.usecases.context import Context

PAGE = 50
# contributors on one page of a list: with long names in links they weigh half of what a page may
LONGEST_LIST = 100
_UNKNOWN = {ChannelKind.SECTION: "section-unknown", ChannelKind.CONTRIBUTOR: "contributor-unknown"}


@dataclass(frozen=True, slots=True)
class ChannelPage:
    """A page of the items of a section or contributor.

    Args:
        count: the channel, and how much there is in it.
        items: the newest bulletin first, each bulletin in printed order.
        page: 1-based.
    """

    count: ChannelCount
    items: tuple[ListedItem, ...]
    page: int

    @property
    def pages(self) -> int:
        """Number of pages."""
        return max(-(-self.count.items // PAGE), 1)

    @property
    def by_bulletin(self) -> tuple[tuple[ListedItem, ...], ...]:
        """The items of the page, those of one bulletin together."""
        groups: list[list[ListedItem]] = []
        for one in self.items:
            if not groups or groups[-1][0].bulletin_id != one.bulletin_id:
                groups.append([])
            groups[-1].append(one)
        return tuple(map(tuple, groups))


def pages_of(members: int) -> int:
    """Give the number of pages of a long list; an empty one has one."""
    return max(-(-members // LONGEST_LIST), 1)


async def list_bulletins(
    context: Context, *, year: int | None = None, limit: int | None = None
) -> tuple[ListedBulletin, ...]:
    """Give the published bulletins, newest first.

    Args:
        context: the installation.
        year: of this year alone, or None.
        limit: how many at most, or None.

    Raises:
        NotFound: `year-unknown` for a year without bulletins.
    """
    async with context.database.read() as connection:
        found = await listings.published(connection, year=year, limit=limit)
    if year is not None and not found:
        raise NotFound("year-unknown", year=year)
    return found


async def list_years(context: Context) -> tuple[int, ...]:
    """Give the years of the published bulletins, the newest first.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        return await listings.years(connection)


async def list_channels(context: Context, kind: ChannelKind) -> tuple[ChannelCount, ...]:
    """Give the sections or contributors, those with most items first.

    Args:
        context: the installation.
        kind: which.
    """
    async with context.database.read() as connection:
        counts = await catalogue.counts(connection)
    found = (count for count in counts if count.channel.kind is kind)
    return tuple(sorted(found, key=lambda count: (-count.items, count.channel.slug)))


async def list_items(context: Context, channel: Channel, page: int = 1) -> ChannelPage:
    """Give a page of the items of a section or contributor.

    Args:
        context: the installation.
        channel: the section or contributor.
        page: 1-based.

    Raises:
        NotFound: `section-unknown` or `contributor-unknown`, also for a page that is not there.
    """
    begin = (page - 1) * PAGE
    async with context.database.read() as connection:
        count = await catalogue.count_of(connection, channel)
        if count is None or not 0 <= begin < count.items:
            raise NotFound(_UNKNOWN[channel.kind], name=channel.slug)
        places = await search.find(connection, publish.sought("", [channel]), begin + PAGE)
        items = await listings.items_of(connection, await search.keys_of(connection, places[begin:]))
    return ChannelPage(count, items, page)


async def list_addresses(context: Context, year: int) -> tuple[tuple[ListedBulletin, tuple[str, ...]], ...]:
    """Give the bulletins of a year with the keys of their public items, for search engines.

    Args:
        context: the installation.
        year: the year.

    Raises:
        NotFound: `year-unknown`.
    """
    found = await list_bulletins(context, year=year)
    async with context.database.read() as connection:
        keys = await listings.items_by_bulletin(connection, [one.id for one in found])
    return tuple((one, keys[one.id]) for one in found)
