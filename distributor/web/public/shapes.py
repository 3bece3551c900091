"""Values as the templates of the archive want them; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from distributor.i18n import DEFAULT_LANGUAGE
from distributor.model.bulletin import DistributionGroup
from distributor.model.publication import Publication
from distributor.model.record import BulletinRecord
from distributor.templating import day

_EXCERPT = 120


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
    day = (record.published or record.received).astimezone(ZoneInfo(publication.time_zone)).date()
    return Heading(
        id=record.id,
        name=masthead.title or publication.name,
        number=masthead.issue or "",
        publisher=masthead.publisher or publication.publisher,
        date=masthead.date or day.isoformat(),
        items=len(record.items),
    )


def by_year(headings: Iterable[Heading]) -> tuple[tuple[str, tuple[Heading, ...]], ...]:
    """Group headings by year, the newest year and in it the newest bulletin first."""
    newest_first = sorted(headings, key=lambda one: one.date, reverse=True)
    return tuple((year, tuple(group)) for year, group in groupby(newest_first, key=lambda one: one.year))


def distribution_lines(groups: Sequence[DistributionGroup]) -> tuple[tuple[str, str], ...]:
    """Write the lines of the footer as printed: label, and names with the qualifier of the list."""
    return tuple((f"{group.kind}：", "、".join(group.entries) + (group.suffix or "")) for group in groups)


def printed(date: str) -> str:
    """Write a date as bulletins do, in Chinese whatever the language of the interface."""
    return day(date, DEFAULT_LANGUAGE)


def contents(record: BulletinRecord) -> str:
    """Say in one line what a bulletin is about, for search engines and previews."""
    return _shorten("；".join(item.content.title for item in record.items))


def excerpt(paragraphs: Sequence[str]) -> str:
    """Give the beginning of a text in one line, for search engines and previews."""
    return _shorten(" ".join(paragraphs))


def whole_seconds(moment: datetime | None) -> datetime | None:
    """Cut a moment to whole seconds, as headers have them."""
    return moment.replace(microsecond=0) if moment is not None else None


def _shorten(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _EXCERPT else plain[: _EXCERPT - 1] + "…"
