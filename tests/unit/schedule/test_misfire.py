from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.model.schedule import DueAction, Misfire
from distributor.schedule import due
from tests.support.scheduling import CHINA, at, make_schedule

PLANNED = at("2026-03-06 08:30")
POLICIES = [Misfire.ASK, Misfire.CATCH_UP, Misfire.LAST_ONLY, Misfire.SKIP]


def action(misfire: Misfire, late: timedelta, **changes: object) -> DueAction:
    schedule = make_schedule("每日 08:30", misfire=misfire, **changes)
    return due(schedule, PLANNED, PLANNED + late, CHINA).action


@pytest.mark.parametrize("misfire", POLICIES)
def test_before_its_moment_nothing_happens(misfire: Misfire) -> None:
    assert action(misfire, -timedelta(microseconds=1)) is DueAction.WAIT


@pytest.mark.parametrize("misfire", POLICIES)
@pytest.mark.parametrize("late", [timedelta(), timedelta(hours=6)])
def test_within_the_catch_up_window_it_runs(misfire: Misfire, late: timedelta) -> None:
    assert action(misfire, late) is DueAction.RUN


@pytest.mark.parametrize(
    ("misfire", "expected"),
    [
        (Misfire.ASK, DueAction.ASK),
        (Misfire.CATCH_UP, DueAction.RUN),
        (Misfire.LAST_ONLY, DueAction.ASK),
        (Misfire.SKIP, DueAction.SKIP),
    ],
)
def test_later_the_policy_decides(misfire: Misfire, expected: DueAction) -> None:
    assert action(misfire, timedelta(hours=6, seconds=1)) is expected


def test_an_outdated_occurrence_gives_way_to_the_last_one() -> None:
    schedule = make_schedule("每日 08:30", misfire=Misfire.LAST_ONLY)
    line, actions = PLANNED, []
    while True:
        decision = due(schedule, line, at("2026-03-09 09:00"), CHINA)
        actions.append(decision.action)
        if decision.action is not DueAction.SKIP or decision.following is None:
            break
        line = decision.following.moment
    assert actions == [DueAction.SKIP, DueAction.SKIP, DueAction.SKIP, DueAction.RUN]
    assert line == at("2026-03-09 08:30")


def test_a_schedule_that_rests_waits() -> None:
    assert action(Misfire.CATCH_UP, timedelta(days=1), enabled=False) is DueAction.WAIT


def test_the_one_moment_has_nothing_after_it() -> None:
    schedule = make_schedule("2026-03-06 08:30", misfire=Misfire.LAST_ONLY)
    decision = due(schedule, PLANNED, PLANNED, CHINA)
    assert (decision.action, decision.following) == (DueAction.RUN, None)


def test_the_catch_up_window_is_the_schedules_own() -> None:
    assert action(Misfire.ASK, timedelta(days=2), catch_up=timedelta(days=3)) is DueAction.RUN


@given(st.integers(-(10**6), 10**6))
def test_moments_are_compared_whatever_their_zone(seconds: int) -> None:
    now = (PLANNED + timedelta(seconds=seconds)).astimezone(UTC)
    schedule = make_schedule("每日 08:30")
    decision = due(schedule, PLANNED, now, CHINA)
    assert (decision.action is DueAction.WAIT) == (seconds < 0)
    if decision.following is not None:
        assert decision.following.moment == datetime(2026, 3, 7, 0, 30, tzinfo=UTC)
