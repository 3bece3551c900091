"""The only place that reads the time."""

from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Give the present moment, with its zone."""


class SystemClock:
    """The clock of this machine, read in a zone of choice.

    Args:
        zone: IANA name of the zone that moments are given in.
    """

    def __init__(self, zone: str = "Asia/Shanghai") -> None:
        self._zone = ZoneInfo(zone)

    def now(self) -> datetime:
        """Give the present moment in the zone of the clock."""
        return datetime.now(self._zone)


class FixedClock:
    """A clock that stands still, for previews and tests.

    Args:
        moment: the moment it shows, with its zone.
    """

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """Give the moment it stands at."""
        return self.moment


def as_utc(moment: datetime) -> datetime:
    """Turn a moment into UTC, as the database keeps it.

    Args:
        moment: a moment with its zone.

    Raises:
        ValueError: when the moment has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(UTC)
