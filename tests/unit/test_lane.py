"""Lanes: a second's worth at once, then one after the other; halved by complaints, slowly fast again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.model.lane import FREE, Lane, book, borrow, close, give_back, recover, slow_down, take

NOW = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def test_a_second_s_worth_may_go_at_once_and_the_rest_gets_slots() -> None:
    lane = Lane.new("qq.example", 2, NOW)
    slots = []
    for _ in range(5):
        lane, slot = take(lane, NOW)
        slots.append(None if slot is None else (slot - NOW).total_seconds())
    assert slots == [None, None, 0.5, 1.0, 1.5]


@given(st.floats(0.05, 50), st.lists(st.floats(0, 3), min_size=1, max_size=80))
def test_no_lane_gives_more_than_its_rate_and_a_second_s_worth(rate: float, waits: list[float]) -> None:
    lane, now, passed = Lane.new("d.example", rate, NOW), NOW, 0
    for wait in waits:
        now += seconds(wait)
        lane, slot = take(lane, now)
        passed += slot is None
        assert slot is None or slot > now
    assert passed <= max(1, rate) + rate * (now - NOW).total_seconds() + 1e-6


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    lane, _ = take(Lane.new("d.example", 1, NOW), NOW)
    lane, slot = take(lane, NOW - seconds(3600))
    assert slot is not None


def test_a_free_lane_lets_everything_through() -> None:
    lane = Lane.new("d.example", FREE, NOW)
    for _ in range(10_000):
        lane, slot = take(lane, NOW)
        assert slot is None


def test_a_closed_lane_gives_slots_after_it_opens() -> None:
    lane = close(Lane.new("d.example", 2, NOW), NOW + seconds(60))
    assert lane.is_closed(NOW)
    _, slot = take(lane, NOW)
    assert slot == NOW + seconds(60.5)
    assert not lane.is_closed(NOW + seconds(60))
    assert close(lane, NOW).closed_until == NOW + seconds(60), "closing never opens"


def test_turns_come_after_what_was_borrowed_and_one_after_the_other() -> None:
    lanes: tuple[Lane, ...] = (Lane.new("*", 100, NOW), Lane.new("d.example", 0.5, NOW))
    for _ in range(3):
        lanes, moment = borrow(lanes, NOW)
    assert moment == NOW + seconds(4)
    turns = []
    for _ in range(3):
        lanes, turn = book(lanes, NOW)
        turns.append((turn - NOW).total_seconds())
    assert turns == [6, 8, 10]
    assert lanes[0].booked_until == NOW + seconds(0.03), "a slow domain does not hold up the others"


def test_a_lane_that_recovers_gives_turns_at_the_rate_it_will_have() -> None:
    lane = Lane("d.example", 1 / 60, FREE, 0, NOW, slowed=NOW)
    turns = []
    for _ in range(100_000):
        lane, turn = take(lane, NOW)
        assert turn is not None
        turns.append(turn)
    assert turns[0] == NOW + seconds(60)
    assert turns == sorted(turns)
    # a hundred thousand at a minute each would be 69 days; the lane is free again after half an hour
    free = next(minute for minute in range(60) if recover(lane, NOW + seconds(60 * minute)).rate == FREE)
    assert turns[-1] <= NOW + seconds(60 * (free + 1))


@given(st.floats(1 / 60, 10), st.integers(1, 400))
def test_turns_of_a_recovering_lane_are_not_more_than_it_lets_through_by_then(rate: float, number: int) -> None:
    lane, turns = Lane("d.example", rate, FREE, 0, NOW, slowed=NOW), []
    for _ in range(number):
        lane, turn = take(lane, NOW)
        assert turn is not None
        turns.append(turn)
    lane = replace(lane, booked_until=None)
    for turn in turns:
        lane, again = take(recover(lane, turn), turn)
        assert again is None or again - turn <= seconds(1 / rate)


def test_a_right_that_was_not_used_can_be_given_back() -> None:
    lane, _ = take(Lane.new("d.example", 1, NOW), NOW)
    assert take(give_back(lane), NOW)[1] is None


def test_a_complaint_halves_and_a_burst_of_complaints_counts_once() -> None:
    lane = slow_down(Lane.new("d.example", 8, NOW), NOW)
    assert lane.rate == 4
    assert slow_down(lane, NOW + seconds(1)).rate == 4
    assert slow_down(lane, NOW + seconds(6)).rate == 2


def test_a_free_lane_becomes_slow_and_free_again() -> None:
    lane = slow_down(Lane.new("d.example", FREE, NOW), NOW)
    assert lane.rate == 10
    assert recover(lane, NOW + seconds(59)) == lane
    assert recover(lane, NOW + seconds(60)).rate == pytest.approx(12.5)
    after = recover(lane, NOW + seconds(3600))
    assert (after.rate, after.slowed) == (FREE, None)
    assert recover(after, NOW + seconds(7200)) == after


def test_no_lane_stands_still_for_ever() -> None:
    lane = Lane.new("d.example", 1, NOW)
    for number in range(30):
        lane = slow_down(lane, NOW + seconds(10 * number))
    assert lane.rate == pytest.approx(1 / 60)
