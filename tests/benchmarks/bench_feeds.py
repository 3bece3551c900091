"""What rendering the documents of one publication costs: `python -m tests.benchmarks.bench_feeds [COUNT]`.

The database is left out; bench_publication measures the whole.
An archive of COUNT bulletins (2,000 by default, 31 items each) is compared with one of 20.
"""

import gc
import sys
import time
from dataclasses import dataclass, replace
from datetime import timedelta

from rich.console import Console
from rich.table import Table

from distributor.model.record import BulletinRecord
from distributor.publish import (
    Card,
    Catalogue,
    Change,
    FeedOptions,
    apply_correction,
    assign_identity,
    build_for,
    cards_of,
    needed,
)
from tests.support.records import PUBLISHED, make_publication, seedlike_record

PUBLICATION = make_publication()
OPTIONS = FeedOptions()
TEXT = "会议强调，要深入贯彻落实关于加快建设科技强国的重要部署，切实增强使命感和责任感。" * 9
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of the best round, and what was written."""

    catalogue: float
    rendering: float
    documents: int
    size: int
    loaded: int

    @property
    def total(self) -> float:
        """Seconds from the cards to the bytes."""
        return self.catalogue + self.rendering


def main() -> None:
    """Measure and print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    small, large = _archive(20), _archive(count)
    # the product loads the few bulletins it needs: the collector must not walk through the rest in the middle
    gc.collect()
    gc.freeze()
    table = Table("what", "archive", "catalogue s", "rendering s", "total s", "documents", "MB", "loaded", "ratio")
    for what, act in (("publication", _publication), ("correction of the oldest", _correction)):
        base, cost = act(small), act(large)
        for size, result in ((20, base), (count, cost)):
            table.add_row(
                what,
                f"{size:,} / {size * 31:,} items",
                f"{result.catalogue:.3f}",
                f"{result.rendering:.3f}",
                f"{result.total:.3f}",
                str(result.documents),
                f"{result.size / 1e6:.1f}",
                str(result.loaded),
                f"{result.total / base.total:.2f}",
            )
    Console(width=140).print(table)


def _archive(count: int) -> list[BulletinRecord]:
    template = seedlike_record()
    items = tuple(
        replace(item, content=replace(item.content, paragraphs=(*item.content.paragraphs, TEXT)))
        for item in template.items
    )
    return [_issue(replace(template, items=items), number) for number in range(count)]


def _issue(template: BulletinRecord, number: int) -> BulletinRecord:
    items = tuple(replace(item, key=f"b{number:05d}k{item.position:02d}") for item in template.items)
    record = replace(template, id=f"b{number:05d}", items=items)
    return assign_identity(record, PUBLICATION, PUBLISHED + timedelta(days=number))


def _publication(archive: list[BulletinRecord]) -> Cost:
    return _measured(archive, Change(archive[-1]))


def _correction(archive: list[BulletinRecord]) -> Cost:
    old = archive[0]
    first = replace(old.items[0], content=replace(old.items[0].content, title="更正后的标题"))
    new = replace(old, items=(first, *old.items[1:]))
    made = apply_correction(old, new, PUBLICATION, PUBLISHED + timedelta(days=9999)).record
    return _measured([made, *archive[1:]], Change(made, old))


def _measured(archive: list[BulletinRecord], change: Change) -> Cost:
    cards = cards_of(archive)
    by_id = {record.id: record for record in archive}
    return min((_round(cards, by_id, change) for _ in range(ROUNDS)), key=lambda cost: cost.total)


def _round(cards: tuple[Card, ...], archive: dict[str, BulletinRecord], change: Change) -> Cost:
    began = time.perf_counter()
    catalogue = Catalogue.of(cards, OPTIONS.window)
    wanted = needed(catalogue, [change])
    sorted_out = time.perf_counter()
    rebuilt = build_for(PUBLICATION, catalogue, [archive[key] for key in wanted], [change], OPTIONS)
    done = time.perf_counter()
    size = sum(len(document.body) for document in rebuilt.documents)
    return Cost(sorted_out - began, done - sorted_out, len(rebuilt.documents), size, len(wanted))


if __name__ == "__main__":
    main()
