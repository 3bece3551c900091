"""Values as the templates of the archive want them; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Generic, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from distributor.errors import NotFound
from distributor.i18n import DEFAULT_LANGUAGE
from distributor.model.bulletin import DistributionGroup
from distributor.model.canonical import digest_bytes
from distributor.model.publication import Publication
from distributor.model.record import BulletinRecord
from distributor.model.search import ListedBulletin, ListedItem
from distributor.templating import day
from distributor.usecases.list_archive import LONGEST_LIST, pages_of

_EXCERPT = 120

Member = TypeVar("Member")
Other = TypeVar("Other")


@dataclass(frozen=True, slots=True)
class Part(Generic[Member]):
    """A page of a long list.

    Args:
        members: what stands on it.
        number: 1-based.
        count: number of pages.
    """

    members: Sequence[Member]
    number: int
    count: int

    def of(self, others: Sequence[Other]) -> Sequence[Other]:
        """Give the same page of a list that is as long."""
        return others[(self.number - 1) * LONGEST_LIST : self.number * LONGEST_LIST]

    def path(self, stem: str) -> str:
        """Give the path of the page; `stem` is that of the first one."""
        return stem if self.number == 1 else f"{stem}-{self.number}"


@dataclass(frozen=True, slots=True)
class Heading:
    """A bulletin as lists and mastheads name it.

    Args:
        id: its id.
        name: name of the publication as printed in it.
        number: number as printed, or empty.
        publisher: who edits it.
        date: `YYYY-MM-DD` or `YYYY-MM` as printed, or the day of its publication.
        items: number of its public items.
    """

    id: str
    name: str
    number: str
    publisher: str
    date: str
    items: int

    @property
    def year(self) -> str:
        """The year of its date."""
        return self.date[:4]


def heading(record: BulletinRecord, publication: Publication) -> Heading:
    """Name a published bulletin, filling what its masthead lacks from the publication.

    Args:
        record: the bulletin.
        publication: the publication it belongs to.
    """
    masthead = record.masthead
    return Heading(
        id=record.id,
        name=masthead.title or publication.name,
        number=masthead.issue or "",
        publisher=masthead.publisher or publication.publisher,
        date=masthead.date or day_of(record.published or record.received, publication),
        items=len(record.items),
    )


def listed(bulletin: ListedBulletin, publication: Publication) -> Heading:
    """Name a bulletin of a list, as `heading` does."""
    return Heading(
        id=bulletin.id,
        name=bulletin.masthead.title or publication.name,
        number=bulletin.masthead.issue or "",
        publisher=bulletin.masthead.publisher or publication.publisher,
        date=bulletin.masthead.date or day_of(bulletin.published, publication),
        items=bulletin.items,
    )


def of_item(item: ListedItem, publication: Publication) -> Heading:
    """Name the bulletin of an item of a list, as `heading` does; nothing is said of the number of its items."""
    moment = item.item.published or datetime.min.replace(tzinfo=UTC)
    return listed(ListedBulletin(item.bulletin_id, item.masthead, moment, 0), publication)


def page_of(members: Sequence[Member], number: int) -> Part[Member]:
    """Give a page of a long list, so that none weighs too much for a phone.

    Args:
        members: the whole list.
        number: 1-based.

    Raises:
        NotFound: `page-unknown`.
    """
    count = pages_of(len(members))
    if not 1 <= number <= count:
        raise NotFound("page-unknown")
    return Part(members[(number - 1) * LONGEST_LIST : number * LONGEST_LIST], number, count)


def bars(numbers: Sequence[int]) -> tuple[str, ...]:
    """Give the length of a bar for each number, in per cent of the longest."""
    longest = max(numbers, default=0) or 1
    return tuple(f"{100 * number / longest:.1f}%" for number in numbers)


def period(first: date | None, last: date | None) -> str:
    """Write a period as a query: `?first=…&last=…`, or empty for all time."""
    days = {"first": first, "last": last}
    query = urlencode({name: day.isoformat() for name, day in days.items() if day is not None})
    return f"?{query}" if query else ""


def tag(body: bytes) -> str:
    """Make the entity tag of some bytes."""
    return f'"{digest_bytes(body)[:32]}"'


def website(publication: Publication) -> dict[str, object]:
    """Describe the site for search engines: what it is, who publishes it, how it is searched (schema.org)."""
    home = f"{publication.base_url}/"
    return {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": publication.name,
        "description": publication.description,
        "url": home,
        "inLanguage": publication.language,
        "publisher": {"@type": "Organization", "name": publication.publisher},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{home}search?q={{query}}"},
            "query-input": "required name=query",
        },
    }


def by_year(headings: Iterable[Heading]) -> tuple[tuple[str, tuple[Heading, ...]], ...]:
    """Group headings by year, the newest year and in it the newest bulletin first."""
    newest_first = sorted(headings, key=lambda one: one.date, reverse=True)
    return tuple((year, tuple(group)) for year, group in groupby(newest_first, key=lambda one: one.year))


def distribution_lines(groups: Sequence[DistributionGroup]) -> tuple[tuple[str, str], ...]:
    """Write the lines of the footer as printed: label, and names with the qualifier of the list."""
    return tuple((f"{group.kind}：", "、".join(group.entries) + (group.suffix or "")) for group in groups)


def corrected_items(record: BulletinRecord, publication: Publication) -> dict[str, str]:
    """Give the day on which the words of each corrected item last changed, by its key."""
    return {item.key: day_of(item.updated, publication) for item in record.items if item.revision > 1 and item.updated}


def printed(date: str) -> str:
    """Write a date as bulletins do, in Chinese whatever the language of the interface."""
    return day(date, DEFAULT_LANGUAGE)


def contents(record: BulletinRecord) -> str:
    """Say in one line what a bulletin is about, for search engines and previews."""
    return _shorten("；".join(item.content.title for item in record.items))


def excerpt(paragraphs: Sequence[str]) -> str:
    """Give the beginning of a text in one line, for search engines and previews."""
    return _shorten(" ".join(paragraphs))


def day_of(moment: datetime, publication: Publication) -> str:
    """Give the day of a moment where the publication is at home: `YYYY-MM-DD`."""
    return moment.astimezone(ZoneInfo(publication.time_zone)).date().isoformat()


def _shorten(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _EXCERPT else plain[: _EXCERPT - 1] + "…"
