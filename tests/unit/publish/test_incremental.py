"""Rebuilding what one change touches gives what building everything gives, whatever happened before."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distributor.model.bulletin import Item
from distributor.model.record import BulletinRecord
from distributor.publish import (
    Catalogue,
    Change,
    FeedOptions,
    apply_correction,
    assign_identity,
    build_documents,
    build_for,
    cards_of,
    needed,
)
from tests.support.feeds import series, withdrawn
from tests.support.records import PUBLISHED, attributed_to, make_item, make_item_record, make_publication, make_record

PUBLICATION = make_publication()
HEADINGS = ("政策", "政策", None)
BODIES = ("甲联盟", "乙联盟")

words = st.builds(
    lambda number, body: make_item(
        f"消息之{number}", f"正文第{number}号。", attribution=attributed_to(body) if body else None
    ),
    st.integers(0, 5),
    st.sampled_from((*BODIES, None)),
)
contents = st.lists(st.tuples(st.sampled_from(HEADINGS), words), min_size=1, max_size=3)
publication = st.tuples(st.just("publish"), contents, st.sampled_from((False, False, True)))
event = st.one_of(
    publication,
    publication,
    st.tuples(st.just("correct"), contents, st.integers(0, 5)),
    st.tuples(st.just("withdraw"), st.integers(0, 5), st.booleans()),
)


@dataclass
class Site:
    """A site that keeps what it was given, and asks for no more than the changed documents."""

    options: FeedOptions
    records: dict[str, BulletinRecord] = field(default_factory=dict)
    stored: dict[str, bytes] = field(default_factory=dict)
    moment: datetime = PUBLISHED

    def happen(self, now: BulletinRecord) -> None:
        changes = [Change(now, self.records.get(now.id))]
        self.records[now.id] = now
        catalogue = Catalogue.of(cards_of(self.records.values()), self.options.window)
        wanted = needed(catalogue, changes)
        given = [record for record in self.records.values() if record.id in wanted]
        rebuilt = build_for(PUBLICATION, catalogue, given, changes, self.options)
        assert not {document.path for document in rebuilt.documents} & set(rebuilt.removed)
        for path in rebuilt.removed:
            self.stored.pop(path, None)
        self.stored.update({document.path: document.body for document in rebuilt.documents})

    def received(self, number: int, parts: Iterable[tuple[str | None, Item]]) -> BulletinRecord:
        items = tuple(
            make_item_record(place, item, section=section, key=f"k{number}x{place}")
            for place, (section, item) in enumerate(parts)
        )
        return make_record(id=f"b{number:03d}", items=items)


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(st.lists(event, min_size=3, max_size=9), st.integers(1, 3))
def test_rebuilding_what_changed_is_as_good_as_building_everything(
    events: list[tuple[str, object, object]], window: int
) -> None:
    site = Site(FeedOptions(window=window))
    for number, (what, first, second) in enumerate(events):
        site.moment += timedelta(hours=1)
        known = sorted(site.records)
        if what == "publish":
            record = replace(site.received(number, first), backfilled=second)  # type: ignore[arg-type]  # drawn together
            site.happen(assign_identity(record, PUBLICATION, site.moment))
        elif known and what == "correct":
            old = site.records[known[int(second) % len(known)]]  # type: ignore[call-overload]  # drawn together
            new = site.received(number, first)  # type: ignore[arg-type]  # drawn together
            site.happen(apply_correction(old, new, PUBLICATION, site.moment).record)
        elif known:
            old = site.records[known[int(first) % len(known)]]  # type: ignore[call-overload]  # drawn together
            site.happen(taken_back(old, site.moment, whole=bool(second)))
        everything = build_documents(PUBLICATION, site.records.values(), site.options)
        if site.records:
            assert site.stored == {document.path: document.body for document in everything}


def taken_back(record: BulletinRecord, moment: datetime, *, whole: bool) -> BulletinRecord:
    if whole or not record.items:
        return replace(record, withdrawn=moment)
    first = replace(record.items[0], withdrawn=moment)
    return replace(record, items=(first, *record.items[1:]))


def test_a_publication_needs_no_more_bulletins_than_the_window_and_its_edge() -> None:
    for size in (50, 200):
        bulletins = series(size)
        catalogue = Catalogue.of(cards_of(bulletins), 12)
        assert len(needed(catalogue, [Change(bulletins[-1])])) == 13


def test_a_correction_deep_in_the_archive_needs_its_neighbours_only() -> None:
    bulletins = series(50)
    catalogue = Catalogue.of(cards_of(bulletins), 12)
    wanted = needed(catalogue, [Change(bulletins[20], bulletins[20])])
    assert wanted == {bulletins[20].id, bulletins[21].id, *(record.id for record in bulletins[-13:])}


def test_the_feeds_of_a_contributor_that_supplies_nothing_any_more_are_removed() -> None:
    record = assign_identity(
        make_record(items=(make_item_record(0, make_item(attribution=attributed_to("甲联盟"))),)),
        PUBLICATION,
        PUBLISHED,
    )
    gone = withdrawn(record)
    catalogue = Catalogue.of(cards_of([gone]), 12)
    rebuilt = build_for(PUBLICATION, catalogue, [gone], [Change(gone, record)])
    assert "feeds/contributors/甲联盟.json" in rebuilt.removed
    assert "feeds/archive/b001.atom.xml" in rebuilt.removed
    assert {document.path for document in rebuilt.documents} == {
        "feeds/all.rss.xml",
        "feeds/all.atom.xml",
        "feeds/all.json",
        "feeds/feeds.opml",
    }
