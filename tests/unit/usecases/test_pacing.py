"""Who may be written to now and who later, what complaints change, and when a run is stopped: pure decisions."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.deliver import USUAL
from distributor.model.conduct import PRESETS, Conduct, Pace
from distributor.model.lane import EVERYTHING, FREE, Lane
from distributor.model.recipient import MailFormat, Role
from distributor.model.run import Delivery, DeliveryState, Outcome, Phase, RefusalClass, Reply
from distributor.usecases.draining.breaker import is_mass_failure, speaks_of_us
from distributor.usecases.draining.pacing import REST, Complaint, Pacing, adapted, patience, ration

NOW = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
_C = RefusalClass


def to(address: str, attempts: int = 1) -> Delivery:
    made = Delivery("d", "r", address, None, None, "", "l", Role.SUBSCRIBER, "zh", MailFormat.HTML, "", "", "")
    return replace(made, attempts=attempts)


def refused(refusal: RefusalClass, phase: Phase = Phase.RCPT, code: int = 450) -> Outcome:
    return Outcome(DeliveryState.DEFERRED, Reply(phase, code, "no"), refusal)


def complaint(refusal: RefusalClass, phase: Phase = Phase.RCPT, domain: str = "qq.example") -> Complaint:
    return Complaint(domain, refusal, phase)


def test_a_free_relay_lets_everybody_through() -> None:
    claimed = [to(f"r{n}@qq.example") for n in range(50)]
    admitted, postponed, _ = ration(claimed, {}, Pace(), NOW)
    assert (len(admitted), postponed) == (50, [])


def test_the_relay_and_the_domain_both_have_to_agree() -> None:
    claimed = [to("a@qq.example"), to("b@qq.example"), to("c@other.example"), to("d@other.example")]
    pace = Pace(per_second=2, domains={"qq.example": 1})
    admitted, postponed, lanes = ration(claimed, {}, pace, NOW)
    assert [one.address for one in admitted] == ["a@qq.example", "c@other.example"]
    assert [(one.address, slot - NOW) for one, slot in postponed] == [
        ("b@qq.example", timedelta(seconds=1)),
        ("d@other.example", timedelta(seconds=0.5)),
    ]
    assert {lane.domain for lane in lanes} == {EVERYTHING, "qq.example"}


@given(st.lists(st.sampled_from(["a.example", "b.example", "c.example"]), max_size=60), st.floats(0.2, 20))
def test_everybody_is_admitted_or_gets_a_later_slot(domains: list[str], rate: float) -> None:
    claimed = [to(f"r{n}@{domain}") for n, domain in enumerate(domains)]
    admitted, postponed, _ = ration(claimed, {}, Pace(per_second=rate, domains={"a.example": rate / 2}), NOW)
    assert sorted(one.address for one in [*admitted, *(one for one, _ in postponed)]) == sorted(
        one.address for one in claimed
    )
    assert all(slot > NOW for _, slot in postponed)
    assert len(admitted) <= max(1, rate)


def test_a_setting_that_was_changed_counts_at_once() -> None:
    known = {EVERYTHING: Lane.new(EVERYTHING, 10, NOW)}
    _, _, (lane,) = ration([to("a@qq.example")], known, Pace(per_second=1), NOW)
    assert (lane.ceiling, lane.rate) == (1, 1)


def test_throttling_slows_the_lane_of_that_domain_alone() -> None:
    (lane,) = adapted({}, [complaint(_C.THROTTLE)] * 5, Pace(), NOW)
    assert (lane.domain, lane.rate) == ("qq.example", 10)


def test_a_refusal_for_policy_closes_the_lane_for_half_an_hour() -> None:
    (lane,) = adapted({}, [complaint(_C.POLICY)], Pace(), NOW)
    assert lane.closed_until == NOW + timedelta(minutes=30)


def test_a_day_limit_closes_the_lane_until_ten_past_midnight_in_china() -> None:
    (lane,) = adapted({}, [complaint(_C.DAY_LIMIT)], Pace(), NOW)
    assert lane.closed_until == datetime(2026, 1, 5, 16, 10, tzinfo=UTC)


def test_a_relay_out_of_reach_rests_as_a_whole() -> None:
    (lane,) = adapted({}, [complaint(_C.CONNECTION, Phase.CONNECT)], Pace(), NOW)
    assert (lane.domain, lane.closed_until) == (EVERYTHING, NOW + REST)


def test_lanes_recover_without_being_asked() -> None:
    slow = replace(Lane.new("qq.example", FREE, NOW), rate=1.0, slowed=NOW)
    assert adapted({"qq.example": slow}, [], Pace(), NOW + timedelta(seconds=30)) == ()
    (lane,) = adapted({"qq.example": slow}, [], Pace(), NOW + timedelta(seconds=61))
    assert lane.rate == 1.25


def test_a_connection_that_fails_while_others_succeed_does_not_stop_the_relay() -> None:
    pacing = Pacing("relay", Pace(), "w")
    pacing.heed(to("a@qq.example"), Outcome(DeliveryState.SENT, Reply(Phase.DOT, 250, "ok")))
    pacing.heed(to("b@qq.example"), refused(_C.CONNECTION, Phase.CONNECT, 421))
    assert not pacing.rests
    alone = Pacing("relay", Pace(), "w")
    alone.heed(to("b@qq.example"), refused(_C.CONNECTION, Phase.CONNECT, 0))
    assert alone.rests


@pytest.mark.parametrize("attempts", [1, 3])
def test_a_lost_connection_is_tried_again_within_a_minute(attempts: int) -> None:
    wait = patience(to("a@qq.example", attempts), refused(_C.CONNECTION, Phase.DATA, 0), NOW, Conduct())
    assert wait is not None
    assert REST <= wait < timedelta(seconds=60)


def test_greylisting_waits_five_minutes_and_a_temporary_refusal_ends_some_day() -> None:
    wait = patience(to("a@qq.example"), refused(_C.GREYLIST), NOW, Conduct())
    assert wait is not None
    assert wait >= timedelta(minutes=5)
    assert patience(to("a@qq.example", 99), refused(_C.TEMPORARY), NOW, Conduct()) is None


def test_an_operator_may_be_more_or_less_patient() -> None:
    conduct = Conduct(retry_minutes=(10, 20), retry_hours=1)
    first, second, third = (
        patience(to("a@qq.example", attempts), refused(_C.TEMPORARY), NOW, conduct) for attempts in (1, 2, 4)
    )
    assert first is not None
    assert second is not None
    assert timedelta(minutes=10) <= first <= timedelta(minutes=12)
    assert timedelta(minutes=20) <= second <= timedelta(minutes=24)
    assert third is None


def test_the_usual_patience_is_that_of_the_plan() -> None:
    assert (Conduct().retry_minutes, Conduct().retry_hours) == (USUAL.steps, USUAL.up_to)


@pytest.mark.parametrize(
    ("outcome", "of_us"),
    [
        (refused(_C.AUTHENTICATION, Phase.AUTH, 535), True),
        (refused(_C.POLICY, Phase.CONNECT, 554), True),
        (refused(_C.SET_UP, Phase.MAIL, 550), True),
        (refused(_C.POLICY, Phase.DOT, 554), False),
        (refused(_C.ADDRESS, Phase.RCPT, 550), False),
        (refused(_C.GREYLIST, Phase.CONNECT, 451), False),
    ],
)
def test_what_is_refused_before_the_recipient_is_named_speaks_of_us(outcome: Outcome, of_us: bool) -> None:
    assert speaks_of_us(outcome) is of_us


@pytest.mark.parametrize(
    ("failed", "deferred", "refusal", "total", "stops"),
    [
        (4, 0, _C.ADDRESS, 10, False),
        (5, 0, _C.ADDRESS, 10, True),
        (5, 0, _C.ADDRESS, 25, False),
        (6, 0, _C.ADDRESS, 25, True),
        (0, 90, _C.GREYLIST, 100, False),
        (0, 90, _C.CONNECTION, 100, False),
        (0, 30, _C.POLICY, 100, True),
    ],
)
def test_a_fifth_and_five_stop_a_run_but_greylisting_never(
    failed: int, deferred: int, refusal: RefusalClass, total: int, stops: bool
) -> None:
    refusals = {(DeliveryState.FAILED, refusal): failed, (DeliveryState.DEFERRED, refusal): deferred}
    assert is_mass_failure(refusals, total, Conduct()) is stops


def test_the_presets_of_providers_are_limited_and_a_plain_relay_is_not() -> None:
    assert {name for name, pace in PRESETS.items() if pace.is_free} == {"plain"}
