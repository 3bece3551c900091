"""How logins are slowed."""

from datetime import UTC, datetime, timedelta

import pytest

from distributor import access
from distributor.access import ACCOUNT, ADDRESS, Limit
from distributor.model.user import Failures

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def seconds(count: int, *, ago: float = 0, limit: Limit = ACCOUNT) -> float:
    return access.wait(Failures(count, NOW - timedelta(seconds=ago)), limit, NOW).total_seconds()


def test_nobody_waits_at_first() -> None:
    assert [seconds(count) for count in range(5)] == [0] * 5


def test_the_wait_doubles_to_a_quarter_of_an_hour() -> None:
    assert [seconds(count) for count in range(5, 13)] == [15, 30, 60, 120, 240, 480, 900, 900]
    assert seconds(10_000) == 900


def test_waiting_is_over_when_the_time_has_passed() -> None:
    assert seconds(5, ago=14) == 1
    assert seconds(5, ago=15) == 0


def test_an_hour_of_peace_forgets_everything() -> None:
    assert seconds(50, ago=3600) == 0
    assert access.counted(Failures(50, NOW - timedelta(hours=1)), NOW) == Failures(1, NOW)
    assert access.counted(Failures(50, NOW - timedelta(minutes=59)), NOW) == Failures(51, NOW)
    assert access.counted(Failures(0, NOW), NOW) == Failures(1, NOW)


def test_an_office_behind_one_address_gets_more_attempts() -> None:
    assert seconds(19, limit=ADDRESS) == 0
    assert seconds(20, limit=ADDRESS) == 15


def test_a_success_takes_its_own_attempt_back() -> None:
    assert access.uncounted(Failures(3, NOW)) == Failures(2, NOW)
    assert access.uncounted(Failures(0, NOW)) == Failures(0, NOW)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_a_caller_is_counted_by_the_network_it_owns(address: str, network: str) -> None:
    assert access.network_of(address) == network
