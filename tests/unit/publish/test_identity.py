from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from distributor.model.bulletin import Masthead
from distributor.publish import assign_identity
from tests.support.records import PUBLISHED, SHANGHAI, make_item, make_publication, record_of, seedlike_record

PUBLICATION = make_publication()


def test_every_item_gets_a_tag_uri_of_its_key() -> None:
    record = assign_identity(seedlike_record(), PUBLICATION, PUBLISHED)
    assert [item.tag_uri for item in record.items] == [
        f"tag:xiefa.example,2026:xiefa/items/{item.key}" for item in record.items
    ]


def test_items_have_distinct_seconds_and_the_first_is_the_newest() -> None:
    record = assign_identity(seedlike_record(), PUBLICATION, PUBLISHED)
    dates = [item.published for item in record.items if item.published]
    assert dates == [PUBLISHED - timedelta(seconds=index) for index in range(31)]
    assert [item.updated for item in record.items] == dates


def test_dates_are_whole_seconds_in_the_zone_of_the_publication() -> None:
    moment = datetime(2026, 3, 1, 2, 3, 4, 567_890, tzinfo=UTC)
    record = assign_identity(seedlike_record(), PUBLICATION, moment)
    first = record.items[0].published
    assert first is not None
    assert first.isoformat() == "2026-03-01T10:03:04+08:00"
    assert record.published == first


def test_publishing_again_changes_nothing() -> None:
    once = assign_identity(seedlike_record(), PUBLICATION, PUBLISHED)
    moved = replace(PUBLICATION, base_url="https://new.example", tag_authority="new.example", slug="new")
    assert assign_identity(once, moved, PUBLISHED + timedelta(days=400)) == once


def test_the_second_of_two_bulletins_within_a_minute_is_dated_after_the_first() -> None:
    first = assign_identity(seedlike_record(id="b001"), PUBLICATION, PUBLISHED)
    newest = max(item.published for item in first.items if item.published)
    second = assign_identity(seedlike_record(id="b002"), PUBLICATION, PUBLISHED + timedelta(seconds=5), newest)
    assert min(item.published for item in second.items if item.published) > newest
    assert second.published == PUBLISHED + timedelta(seconds=5)


def test_a_bulletin_long_after_the_last_one_is_dated_by_its_own_moment() -> None:
    record = assign_identity(seedlike_record(), PUBLICATION, PUBLISHED, PUBLISHED - timedelta(days=7))
    assert record.items[0].published == PUBLISHED


def test_items_of_a_backfilled_bulletin_have_the_day_of_its_masthead() -> None:
    record = seedlike_record(backfilled=True, masthead=Masthead("简报", "第1期", "2019-05-07"))
    made = assign_identity(record, PUBLICATION, PUBLISHED)
    assert made.items[0].published == datetime(2019, 5, 7, 12, 0, 0, tzinfo=SHANGHAI)
    assert made.items[30].published == datetime(2019, 5, 7, 11, 59, 30, tzinfo=SHANGHAI)
    assert made.published == PUBLISHED


def test_a_month_in_the_masthead_stands_for_its_first_day() -> None:
    record = record_of(make_item(), backfilled=True, masthead=Masthead(date="2019-05"))
    assert assign_identity(record, PUBLICATION, PUBLISHED).items[0].published == datetime(
        2019, 5, 1, 12, 0, 0, tzinfo=SHANGHAI
    )


def test_a_backfilled_bulletin_without_a_usable_date_has_the_moment() -> None:
    for date in (None, "2019-13-40", "2099-01-01"):
        record = record_of(make_item(), backfilled=True, masthead=Masthead(date=date))
        assert assign_identity(record, PUBLICATION, PUBLISHED).items[0].published == PUBLISHED


@given(st.integers(min_value=0, max_value=120), st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001  the zone follows
def test_ids_and_dates_of_a_bulletin_never_collide(count: int, moment: datetime) -> None:
    record = record_of(*(make_item() for _ in range(count)))
    made = assign_identity(record, PUBLICATION, moment.replace(tzinfo=UTC))
    assert len({item.tag_uri for item in made.items}) == count
    assert len({item.published for item in made.items}) == count
