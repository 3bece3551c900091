from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.schedule import WorkingCalendar, YearOverride

CHINA = WorkingCalendar()
# all days of the State Council's notice for 2026 that are no plain weekends or working weeks
OFF_2026 = [
    "01-01", "01-02", "01-03", "02-15", "02-16", "02-17", "02-18", "02-19", "02-20", "02-21",
    "02-22", "02-23", "04-04", "04-05", "04-06", "05-01", "05-02", "05-03", "05-04", "05-05",
    "06-19", "06-20", "06-21", "09-25", "09-26", "09-27", "10-01", "10-02", "10-03", "10-04",
    "10-05", "10-06", "10-07",
]  # fmt: skip
WORKED_2026 = ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]


@pytest.mark.parametrize("day", OFF_2026)
def test_the_holidays_of_2026_are_days_off(day: str) -> None:
    assert not CHINA.is_working(date.fromisoformat(f"2026-{day}"))


@pytest.mark.parametrize("day", WORKED_2026)
def test_the_make_up_days_of_2026_are_worked(day: str) -> None:
    assert CHINA.is_working(date.fromisoformat(f"2026-{day}"))
    assert date.fromisoformat(f"2026-{day}").weekday() >= 5


def test_all_other_days_of_2026_follow_the_week() -> None:
    days = (date(2026, 1, 1) + timedelta(n) for n in range(365))
    special = {*OFF_2026, *WORKED_2026}
    plain = [day for day in days if f"{day:%m-%d}" not in special]
    assert [day for day in plain if CHINA.is_working(day) != (day.weekday() < 5)] == []


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-10-01", "国庆节"),
        ("2026-10-07", "国庆节"),
        ("2026-02-15", "春节"),
        ("2026-02-23", "春节"),
        ("2025-10-08", "国庆节、中秋节"),
        ("2026-06-20", "端午节"),
        ("2026-06-13", None),
        ("2026-06-15", None),
    ],
)
def test_every_day_of_a_holiday_has_the_name_of_its_feast(day: str, name: str | None) -> None:
    assert CHINA.holiday(date.fromisoformat(day)) == name


def test_feasts_have_english_names_too() -> None:
    assert WorkingCalendar(language="en").holiday(date(2026, 10, 7)) == "National Day"


def test_a_base_without_that_language_uses_its_own() -> None:
    assert WorkingCalendar("DE", language="zh_CN").holiday(date(2026, 10, 3)) == "Tag der Deutschen Einheit"


def test_the_nearest_working_days_are_found() -> None:
    assert CHINA.following(date(2026, 10, 1)) == date(2026, 10, 8)
    assert CHINA.preceding(date(2026, 10, 7)) == date(2026, 9, 30)
    assert CHINA.following(date(2026, 10, 10)) == date(2026, 10, 10)


@pytest.mark.parametrize(
    ("year", "month", "number", "day"),
    [
        (2026, 1, 1, "2026-01-04"),
        (2026, 10, 1, "2026-10-08"),
        (2026, 2, -1, "2026-02-28"),
        (2026, 9, -2, "2026-09-29"),
        (2026, 12, -1, "2026-12-31"),
        (2026, 12, 23, "2026-12-31"),
    ],
)
def test_working_days_of_a_month_are_counted_from_both_ends(year: int, month: int, number: int, day: str) -> None:
    assert CHINA.nth_working_day(year, month, number) == date.fromisoformat(day)


def test_a_month_without_so_many_working_days_has_none() -> None:
    assert CHINA.nth_working_day(2026, 2, 20) is None
    assert CHINA.nth_working_day(2026, 2, -20) is None


def test_a_year_without_a_notice_is_provisional() -> None:
    assert CHINA.is_published(2026)
    assert not CHINA.is_published(2090)
    assert WorkingCalendar(None).is_published(2090)
    assert WorkingCalendar("DE").is_published(2090)


def test_from_november_on_the_next_year_is_missed() -> None:
    assert CHINA.unpublished(date(2089, 10, 31)) == (2089,)
    assert CHINA.unpublished(date(2089, 11, 1)) == (2089, 2090)
    assert CHINA.unpublished(date(2025, 12, 31)) == ()


def test_a_calendar_without_base_knows_weekends_alone() -> None:
    plain = WorkingCalendar(None)
    assert plain.is_working(date(2026, 10, 1))
    assert not plain.is_working(date(2026, 10, 3))
    assert plain.holiday(date(2026, 10, 3)) is None


def test_days_of_ones_own_come_on_top() -> None:
    own = WorkingCalendar(
        overrides={2026: YearOverride(holidays={date(2026, 12, 31): "盘点"}, working_days={date(2026, 10, 1): ""})}
    )
    assert not own.is_working(date(2026, 12, 31))
    assert own.holiday(date(2026, 12, 31)) is not None
    assert "盘点" in str(own.holiday(date(2026, 12, 31)))
    assert own.is_working(date(2026, 10, 1))
    assert not own.is_working(date(2026, 10, 2))


def test_a_published_table_replaces_what_the_library_believes() -> None:
    own = WorkingCalendar(overrides={2090: YearOverride(published=True, holidays={date(2090, 1, 2): "元旦"})})
    assert own.is_published(2090)
    # 1 October 2090 is a Sunday, the library believes in days off after it
    assert not CHINA.is_working(date(2090, 10, 2))
    assert own.is_working(date(2090, 10, 2))
    assert not own.is_working(date(2090, 1, 2))


@given(st.dates(date(2001, 1, 1), date(2040, 12, 31)))
def test_the_following_and_the_preceding_day_are_worked_and_nothing_between(day: date) -> None:
    after, before = CHINA.following(day), CHINA.preceding(day)
    assert before <= day <= after
    assert CHINA.is_working(after)
    assert CHINA.is_working(before)
    between = (before + timedelta(n) for n in range(1, (after - before).days))
    assert not any(CHINA.is_working(free) for free in between)
