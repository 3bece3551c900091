"""Moments always carry their zone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from distributor.clock import FixedClock, SystemClock, as_utc


def test_the_clock_of_the_machine_shows_the_time_of_its_zone() -> None:
    assert SystemClock("Asia/Shanghai").now().utcoffset() == timedelta(hours=8)


def test_a_fixed_clock_stands_still() -> None:
    moment = datetime(2026, 2, 28, 9, tzinfo=UTC)
    assert FixedClock(moment).now() is moment


def test_a_moment_is_turned_into_utc() -> None:
    shanghai = timezone(timedelta(hours=8))
    assert as_utc(datetime(2026, 3, 1, 1, tzinfo=shanghai)) == datetime(2026, 2, 28, 17, tzinfo=UTC)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        as_utc(datetime(2026, 3, 1))  # noqa: DTZ001  that is the point
