from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distributor.model.schedule import Schedule, Window, WorkingDayPolicy
from distributor.schedule import next_occurrence, upcoming
from tests.support.scheduling import CHINA, make_schedule

TRIGGERS = [
    *("每日 {t}", "每个工作日 {t}", "每周五 {t}", "每周一、六、日 {t}", "每月25日 {t}", "每月31日 {t}"),
    *("每月第一个工作日 {t}", "每月最后一个工作日 {t}", "每月倒数第三个工作日 {t}", "每月最后一天 {t}"),
    *("cron: 0 */6 * * *", "cron: 30 2,20 * * mon-fri", "cron: 15 * * * sat,sun"),
]
ZONES = ["Asia/Shanghai", "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
WINDOWS = [None, Window(time(8), time(18)), Window(time(0), time(0, 1)), Window(time(23), time(23, 59))]

minutes = st.integers(0, 24 * 60 - 1)
schedules = st.builds(
    lambda trigger, minute, zone, policy, window: make_schedule(
        trigger.format(t=f"{minute // 60:02}:{minute % 60:02}"), time_zone=zone, working_day=policy, window=window
    ),
    st.sampled_from(TRIGGERS),
    minutes,
    st.sampled_from(ZONES),
    st.sampled_from(WorkingDayPolicy),
    st.sampled_from(WINDOWS),
)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  bounds


def wall(schedule: Schedule, moment: datetime) -> datetime:
    return moment.replace(tzinfo=None, fold=0)


@pytest.mark.slow
@settings(deadline=None)
@given(schedules, moments)
def test_occurrences_strictly_increase(schedule: Schedule, after: datetime) -> None:
    found = [o.moment.astimezone(UTC) for o in upcoming(schedule, after, CHINA, 8)]
    assert all(one < other for one, other in zip([after, *found], found, strict=False))


@settings(deadline=None)
@given(schedules, moments)
def test_occurrences_keep_to_the_window_and_to_working_days(schedule: Schedule, after: datetime) -> None:
    for occurrence in upcoming(schedule, after, CHINA, 8):
        at = wall(schedule, occurrence.moment)
        jumped = any(shift.code == "clock-change" for shift in occurrence.shifts)
        if schedule.window is not None and not jumped:
            assert schedule.window.opens <= at.time() < schedule.window.closes
        if schedule.working_day in {WorkingDayPolicy.NEXT, WorkingDayPolicy.PREVIOUS}:
            assert CHINA.is_working(at.date())


@settings(deadline=None, max_examples=40)
@given(schedules, moments, st.integers(0, 60 * 24 * 10))
def test_nothing_is_lost_by_asking_from_anywhere(schedule: Schedule, after: datetime, later: int) -> None:
    # whoever asks at any moment finds the occurrence that somebody who asked earlier has seen ahead
    middle = after + timedelta(minutes=later)
    seen = [o.moment.astimezone(UTC) for o in upcoming(schedule, after, CHINA, 20)]
    ahead = [moment for moment in seen if moment > middle]
    found = next_occurrence(schedule, middle, CHINA)
    if ahead:
        assert found is not None
        assert found.moment.astimezone(UTC) == ahead[0]


@pytest.mark.slow
@settings(deadline=None)
@given(schedules, moments)
def test_every_occurrence_that_moved_says_why(schedule: Schedule, after: datetime) -> None:
    for occurrence in upcoming(schedule, after, CHINA, 8):
        if occurrence.moment != occurrence.planned:
            assert occurrence.shifts
