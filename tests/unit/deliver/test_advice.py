from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.deliver import RetryPlan, Scope, advise, retry_after
from distributor.model.run import DeliveryState, RefusalClass

C = RefusalClass
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_an_address_that_does_not_exist_is_suspended_and_the_backup_is_tried() -> None:
    advice = advise(C.ADDRESS)
    assert advice.state is DeliveryState.FAILED
    assert advice.suspends_address
    assert advice.tries_backup
    assert advice.tells_secretariat


def test_a_temporary_answer_never_costs_an_address() -> None:
    advice = advise(C.ADDRESS, permanent=False)
    assert advice.state is DeliveryState.DEFERRED
    assert not advice.suspends_address


def test_a_full_mailbox_is_tried_for_days_and_suspended_after_some_issues() -> None:
    advice = advise(C.MAILBOX_FULL)
    assert (advice.state, advice.suspends_address, advice.suspends_after) == (DeliveryState.DEFERRED, False, 3)


@pytest.mark.parametrize(
    ("refusal", "scope"),
    [
        (C.THROTTLE, Scope.NOTHING),
        (C.DAY_LIMIT, Scope.LANE),
        (C.POLICY, Scope.LANE),
        (C.SET_UP, Scope.LANE),
        (C.AUTHENTICATION, Scope.RELAY),
        (C.CONNECTION, Scope.RELAY),
        (C.GREYLIST, Scope.NOTHING),
    ],
)
def test_what_speaks_of_us_stops_its_scope_and_suspends_nobody(refusal: RefusalClass, scope: Scope) -> None:
    advice = advise(refusal)
    assert advice.stops is scope
    assert advice.state is DeliveryState.DEFERRED
    assert not advice.suspends_address


def test_a_throttled_lane_is_slowed() -> None:
    assert advise(C.THROTTLE).slows


def test_our_own_set_up_points_to_the_doctor() -> None:
    assert advise(C.SET_UP).asks_doctor
    assert advise(C.POLICY).alarms


def test_every_class_has_advice() -> None:
    for refusal in RefusalClass:
        assert advise(refusal).state in {DeliveryState.DEFERRED, DeliveryState.FAILED}


def test_waits_grow_from_two_minutes_to_four_hours() -> None:
    waits = [retry_after(n, C.TEMPORARY, now=NOON) for n in range(1, 9)]
    minutes = [wait.total_seconds() / 60 for wait in waits if wait is not None]
    assert minutes == [2, 5, 15, 30, 60, 120, 240, 240]


def test_after_three_days_a_recipients_server_has_had_its_chance() -> None:
    attempt, spent = 1, timedelta()
    while (wait := retry_after(attempt, C.TEMPORARY, now=NOON)) is not None:
        spent += wait
        attempt += 1
    assert timedelta(hours=68) < spent <= timedelta(hours=72)


@pytest.mark.parametrize("refusal", [C.CONNECTION, C.POLICY, C.SET_UP, C.AUTHENTICATION, C.THROTTLE, C.DAY_LIMIT])
def test_what_speaks_of_us_is_never_given_up(refusal: RefusalClass) -> None:
    assert retry_after(1000, refusal, now=NOON) is not None


def test_greylisting_waits_five_minutes_at_least() -> None:
    assert retry_after(1, C.GREYLIST, now=NOON) == timedelta(minutes=5)
    assert retry_after(3, C.GREYLIST, now=NOON) == timedelta(minutes=15)


def test_a_full_mailbox_waits_an_hour_at_least() -> None:
    assert retry_after(1, C.MAILBOX_FULL, now=NOON) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (NOON, datetime(2026, 6, 2, 0, 10, tzinfo=ZoneInfo("Asia/Shanghai"))),
        (datetime(2026, 5, 31, 16, 5, tzinfo=UTC), datetime(2026, 5, 31, 16, 10, tzinfo=UTC)),
        (datetime(2026, 5, 31, 16, 10, tzinfo=UTC), datetime(2026, 6, 1, 16, 10, tzinfo=UTC)),
    ],
)
def test_a_day_limit_ends_ten_minutes_after_midnight_in_china(now: datetime, until: datetime) -> None:
    wait = retry_after(7, C.DAY_LIMIT, now=now)
    assert wait is not None
    assert now + wait == until


@given(st.integers(1, 30), st.sampled_from(RefusalClass), st.floats(0, 1))
def test_jitter_only_lengthens_and_by_a_fifth_at_most(attempt: int, refusal: RefusalClass, jitter: float) -> None:
    least = retry_after(attempt, refusal, now=NOON)
    wait = retry_after(attempt, refusal, now=NOON, jitter=jitter)
    if least is None or wait is None:
        assert least is wait
        return
    assert least <= wait <= max(least * 1.2, least + timedelta(minutes=10))


def test_the_plan_can_be_changed() -> None:
    plan = RetryPlan(steps=(1,), up_to=1)
    assert retry_after(60, C.TEMPORARY, now=NOON, plan=plan) == timedelta(minutes=1)
    assert retry_after(61, C.TEMPORARY, now=NOON, plan=plan) is None
