import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from datetime import time as day_time
from zoneinfo import ZoneInfo

import pytest

from distributor.model.schedule import Shift, Window, WorkingDayPolicy
from distributor.schedule import WorkingCalendar, next_occurrence, on_publication, upcoming
from tests.support.scheduling import CHINA, at, make_schedule

NEXT, PREVIOUS, SKIP = WorkingDayPolicy.NEXT, WorkingDayPolicy.PREVIOUS, WorkingDayPolicy.SKIP
OFFICE = Window(day_time(8), day_time(18))


def moments(schedule_text: str, after: str, count: int, **changes: object) -> list[str]:
    found = upcoming(make_schedule(schedule_text, **changes), at(after), CHINA, count)
    return [f"{occurrence.moment:%m-%d %H:%M}" for occurrence in found]


def test_a_monthly_list_goes_out_on_the_last_working_day_of_each_month_of_2026() -> None:
    assert moments("每月最后一个工作日 09:00", "2026-01-01", 12) == [
        "01-30 09:00",
        "02-28 09:00",
        "03-31 09:00",
        "04-30 09:00",
        "05-29 09:00",
        "06-30 09:00",
        "07-31 09:00",
        "08-31 09:00",
        "09-30 09:00",
        "10-30 09:00",
        "11-30 09:00",
        "12-31 09:00",
    ]


def test_an_occurrence_comes_strictly_after_the_moment_asked_for() -> None:
    schedule = make_schedule("每周五 16:00")
    friday = at("2026-03-06 16:00")
    found = next_occurrence(schedule, friday, CHINA)
    assert found is not None
    assert found.moment == at("2026-03-13 16:00")
    assert next_occurrence(schedule, at("2026-03-06 15:59:59.999999"), CHINA).moment == friday  # type: ignore[union-attr]


def test_the_national_day_moves_a_weekly_list_to_the_eighth_and_says_why() -> None:
    found = next_occurrence(make_schedule("每周五 16:00", working_day=NEXT), at("2026-09-30"), CHINA)
    assert found is not None
    assert found.moment == at("2026-10-08 16:00")
    assert found.planned == at("2026-10-02 16:00")
    assert found.shifts == (Shift("holiday-next", {"date": "2026-10-08", "holiday": "国庆节"}),)
    assert not found.provisional


def test_the_weekly_list_of_2026_moves_at_every_feast_that_has_a_friday() -> None:
    schedule = make_schedule("每周五 16:00", working_day=NEXT)
    found = upcoming(schedule, at("2026-01-01"), CHINA, 52)
    moved = {f"{o.planned:%m-%d}": (f"{o.moment:%m-%d}", o.shifts[0].parameters["holiday"]) for o in found if o.shifts}
    assert moved == {
        "01-02": ("01-04", "元旦"),
        "02-20": ("02-24", "春节"),
        "05-01": ("05-06", "劳动节"),
        "06-19": ("06-22", "端午节"),
        "09-25": ("09-28", "中秋节"),
        "10-02": ("10-08", "国庆节"),
    }
    assert len(found) == 52
    assert found[-1].moment == at("2026-12-25 16:00")


def test_the_working_day_before_takes_what_falls_on_a_holiday() -> None:
    found = next_occurrence(make_schedule("每周五 16:00", working_day=PREVIOUS), at("2026-09-30"), CHINA)
    assert found is not None
    assert (found.moment, found.shifts[0].code) == (at("2026-09-30 16:00"), "holiday-previous")


def test_a_skipped_week_is_left_out() -> None:
    assert moments("每周五 16:00", "2026-09-28", 2, working_day=SKIP) == ["10-09 16:00", "10-16 16:00"]


def test_a_weekend_has_its_own_reason() -> None:
    found = next_occurrence(make_schedule("每月25日 10:00", working_day=NEXT), at("2026-10-01"), CHINA)
    assert found is not None
    assert found.shifts == (Shift("weekend-next", {"date": "2026-10-26"}),)
    found = next_occurrence(make_schedule("每月25日 10:00", working_day=PREVIOUS), at("2026-10-01"), CHINA)
    assert found is not None
    assert (found.moment, found.shifts[0].code) == (at("2026-10-23 10:00"), "weekend-previous")


def test_days_that_meet_are_one_occurrence_without_a_reason_when_one_belongs_there() -> None:
    monday = upcoming(make_schedule("每日 08:30", working_day=NEXT), at("2026-03-06 09:00"), CHINA, 2)
    assert [(o.moment, o.shifts) for o in monday] == [(at("2026-03-09 08:30"), ()), (at("2026-03-10 08:30"), ())]


def test_make_up_days_count_as_working_days() -> None:
    assert moments("每个工作日 09:00", "2026-02-13 10:00", 2) == ["02-14 09:00", "02-24 09:00"]


def test_a_short_month_takes_its_last_day_and_says_so() -> None:
    found = next_occurrence(make_schedule("每月31日 10:00"), at("2026-02-01"), CHINA)
    assert found is not None
    assert found.moment == at("2026-02-28 10:00")
    assert found.shifts == (Shift("short-month", {"date": "2026-02-28", "day": "31"}),)


def test_a_time_before_the_window_waits_for_its_opening() -> None:
    found = next_occurrence(make_schedule("每日 06:00", window=OFFICE), at("2026-03-06"), CHINA)
    assert found is not None
    assert (found.moment, found.shifts) == (at("2026-03-06 08:00"), (Shift("window", {"date": "2026-03-06"}),))


def test_a_time_after_the_window_waits_for_the_next_day() -> None:
    found = next_occurrence(make_schedule("每周五 18:00", window=OFFICE), at("2026-03-06"), CHINA)
    assert found is not None
    assert found.moment == at("2026-03-07 08:00")
    found = next_occurrence(make_schedule("每周五 18:00", window=OFFICE, working_day=NEXT), at("2026-03-06"), CHINA)
    assert found is not None
    assert found.moment == at("2026-03-09 08:00")


def test_one_given_moment_comes_once() -> None:
    schedule = make_schedule("2026-10-03 09:00", working_day=NEXT)
    found = next_occurrence(schedule, at("2026-10-04"), CHINA)
    assert found is not None
    assert found.moment == at("2026-10-08 09:00")
    assert next_occurrence(schedule, found.moment, CHINA) is None


def test_publication_has_no_occurrence_of_its_own() -> None:
    assert next_occurrence(make_schedule("发布后立即"), at("2026-03-06"), CHINA) is None


def test_what_is_published_goes_out_at_once() -> None:
    published = datetime(2026, 3, 6, 1, 2, 3, 456789, tzinfo=UTC)
    found = on_publication(make_schedule("发布后立即"), published, CHINA)
    assert found is not None
    assert (found.moment, found.planned, found.shifts) == (published, published, ())
    assert found.moment.tzinfo == ZoneInfo("Asia/Shanghai")


def test_what_is_published_at_night_before_a_holiday_waits_for_the_first_morning_after_it() -> None:
    schedule = make_schedule("发布后立即", window=OFFICE, working_day=NEXT)
    found = on_publication(schedule, at("2026-09-30 19:00"), CHINA)
    assert found is not None
    assert found.moment == at("2026-10-08 08:00")
    assert on_publication(make_schedule("发布后立即", working_day=SKIP), at("2026-10-01 09:00"), CHINA) is None


def test_an_hour_that_comes_twice_stays_the_one_in_which_it_was_published() -> None:
    schedule = make_schedule("发布后立即", time_zone="Europe/Berlin")
    for utc in ("2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00+00:00"):
        found = on_publication(schedule, datetime.fromisoformat(utc), CHINA)
        assert found is not None
        assert found.moment.astimezone(UTC).isoformat() == utc


def test_an_hour_that_is_left_out_becomes_the_moment_of_the_jump() -> None:
    schedule = make_schedule("每日 02:30", time_zone="Europe/Berlin")
    found = upcoming(schedule, at("2026-03-28 00:00", "Europe/Berlin"), CHINA, 3)
    assert [o.moment.isoformat() for o in found] == [
        "2026-03-28T02:30:00+01:00",
        "2026-03-29T03:00:00+02:00",
        "2026-03-30T02:30:00+02:00",
    ]
    assert [shift.code for o in found for shift in o.shifts] == ["clock-change"]


def test_an_hour_that_comes_twice_runs_once() -> None:
    schedule = make_schedule("每日 02:30", time_zone="Europe/Berlin")
    found = upcoming(schedule, at("2026-10-24 12:00", "Europe/Berlin"), CHINA, 2)
    assert [o.moment.isoformat() for o in found] == ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]


def test_a_zone_that_left_out_a_whole_day_has_its_next_moment() -> None:
    # Samoa went from 29 December to 31 December 2011
    schedule = make_schedule("每日 12:00", time_zone="Pacific/Apia")
    found = upcoming(schedule, at("2011-12-29 13:00", "Pacific/Apia"), WorkingCalendar(None), 3)
    assert [f"{o.moment:%m-%d %H:%M}" for o in found] == ["12-31 00:00", "12-31 12:00", "01-01 12:00"]


def test_a_year_without_a_notice_is_marked() -> None:
    schedule = make_schedule("每月最后一个工作日 09:00")
    assert [o.provisional for o in upcoming(schedule, at("2089-01-01"), CHINA, 1)] == [True]
    assert [o.provisional for o in upcoming(make_schedule("每日 09:00"), at("2089-01-01"), CHINA, 1)] == [False]


def test_a_schedule_that_can_never_run_has_no_preview() -> None:
    off = WorkingCalendar(None)
    assert upcoming(make_schedule("每周六 09:00", working_day=SKIP), at("2026-01-01"), off) == ()


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Shanghai"])
def host_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(os.environ, "TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("host_zone")
def test_the_zone_of_the_machine_does_not_matter() -> None:
    found = next_occurrence(make_schedule("每日 08:30"), datetime(2026, 3, 5, 23, 0, tzinfo=UTC), CHINA)
    assert found is not None
    assert found.moment.astimezone(UTC) == datetime(2026, 3, 6, 0, 30, tzinfo=UTC)
