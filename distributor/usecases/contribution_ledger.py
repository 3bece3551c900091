"""The contribution ledger (供稿统计): which contributor supplied how many items, in which bulletins and years."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from distributor.errors import NotFound
from distributor.i18n import translate
from distributor.model.contribution import Contribution
from distributor.store import contributions
from distributor.usecases.context import Context

# programs for tables take a cell that begins like this for a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_YEAR = 4


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """What one contributor supplied in the period.

    Args:
        slug: part of its address.
        name: as the newest of the bulletins prints it.
        items: number of items.
        by_bulletin: what it supplied to each bulletin, the oldest first.
    """

    slug: str
    name: str
    items: int
    by_bulletin: tuple[Contribution, ...]

    @property
    def by_year(self) -> tuple[tuple[str, int], ...]:
        """Number of items by year, from the first to the last, years without any included."""
        return years_of(self.by_bulletin)


@dataclass(frozen=True, slots=True)
class ContributionLedger:
    """Who supplied what in a period.

    Args:
        first: first day of the period, or None for all from the beginning.
        last: last day, or None for all until now.
        lines: the contributors, those with most items first.
    """

    first: date | None
    last: date | None
    lines: tuple[LedgerLine, ...]

    @property
    def items(self) -> int:
        """Number of supplied items; one that two supplied together counts for both."""
        return sum(line.items for line in self.lines)

    @property
    def bulletins(self) -> int:
        """Number of bulletins that anybody supplied something to."""
        return len({one.bulletin_id for line in self.lines for one in line.by_bulletin})


async def contribution_ledger(
    context: Context, first: date | None = None, last: date | None = None
) -> ContributionLedger:
    """Count the public items of every contributor.

    Args:
        context: the installation.
        first: first day of the period, or None.
        last: last day of the period, or None.
    """
    async with context.database.read() as connection:
        found = await contributions.load(connection, first, last)
    by_slug: dict[str, list[Contribution]] = {}
    for one in found:
        by_slug.setdefault(one.slug, []).append(one)
    lines = (_line(supplied) for supplied in by_slug.values())
    ordered = tuple(sorted(lines, key=lambda line: (-line.items, line.slug)))
    return ContributionLedger(first, last, ordered)


async def contributor_line(context: Context, slug: str) -> LedgerLine:
    """Give all that one contributor ever supplied.

    Args:
        context: the installation.
        slug: part of its address.

    Raises:
        NotFound: `contributor-unknown`.
    """
    async with context.database.read() as connection:
        found = await contributions.load(connection, slug=slug)
    if not found:
        raise NotFound("contributor-unknown", name=slug)
    return _line(found)


def years_of(supplied: Iterable[Contribution]) -> tuple[tuple[str, int], ...]:
    """Count items by year, from the first to the last, years without any included."""
    counts: Counter[int] = Counter()
    for one in supplied:
        if one.day[:_YEAR].isdecimal():
            counts[int(one.day[:_YEAR])] += one.items
    return tuple((str(year), counts[year]) for year in range(min(counts), max(counts) + 1)) if counts else ()


def summary_csv(ledger: ContributionLedger, language: str) -> bytes:
    """Write one row for each contributor, for programs for tables (UTF-8 with a byte order mark, RFC 4180)."""
    rows = ((line.name, line.items, len(line.by_bulletin)) for line in ledger.lines)
    return _written(_headings(language, "contributor", "items", "bulletins"), rows)


def detail_csv(ledger: ContributionLedger, language: str) -> bytes:
    """Write one row for each contributor and bulletin, as `summary_csv` does."""
    rows = ((line.name, one.issue, one.day, one.items) for line in ledger.lines for one in line.by_bulletin)
    return _written(_headings(language, "contributor", "issue", "date", "items"), rows)


def _line(supplied: Sequence[Contribution]) -> LedgerLine:
    newest = supplied[-1]
    return LedgerLine(newest.slug, newest.name, sum(one.items for one in supplied), tuple(supplied))


def _headings(language: str, *names: str) -> list[str]:
    return [translate(f"ledger.{name}", language) for name in names]


def _written(headings: Sequence[str], rows: Iterable[tuple[str | int, ...]]) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(headings)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def _cell(value: str | int) -> str | int:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
