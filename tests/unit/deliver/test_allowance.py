from hypothesis import given
from hypothesis import strategies as st

from distributor.deliver.allowance import Allowance


def test_a_complaint_halves_what_a_connection_carries_and_time_brings_it_back() -> None:
    allowance = Allowance(100)
    assert allowance.at(0) == 100
    allowance.slow_down(10)
    assert allowance.at(10) == 50
    assert allowance.at(70) == 62
    assert allowance.at(10 + 4 * 60) == 100


def test_complaints_over_several_connections_at_once_count_once() -> None:
    allowance = Allowance(100)
    for moment in (10.0, 10.1, 12.0, 14.9):
        allowance.slow_down(moment)
    assert allowance.at(14.9) == 50
    allowance.slow_down(15)
    assert allowance.at(15) < 30


def test_a_complaint_of_long_ago_is_forgotten() -> None:
    allowance = Allowance(10**9)
    allowance.slow_down(1)
    assert allowance.at(10**9) == 10**9


@given(st.integers(1, 1000), st.lists(st.floats(0, 10_000), max_size=20))
def test_a_connection_always_carries_something_and_never_more_than_is_allowed(ceiling: int, waits: list[float]) -> None:
    allowance = Allowance(ceiling)
    now = 0.0
    for wait in waits:
        now += wait
        allowance.slow_down(now)
        assert 1 <= allowance.at(now) <= ceiling
