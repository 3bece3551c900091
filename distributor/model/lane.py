"""Lanes: what a relay lets us send to one recipient domain, as a token bucket that adapts; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

# the lane that stands for everything at a relay
EVERYTHING: Final = "*"
# messages a second of a lane that is not limited
FREE: Final = 1_000_000.0
# where a lane that was free begins to be slow, and from where it is free again
_FIRST_RATE: Final = 20.0
_SLOWEST: Final = 1 / 60
_RECOVERS_BY: Final = 1.25
_ONE_COMPLAINT: Final = timedelta(seconds=5)
_RECOVERY: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane and where it stands; the bucket holds what may be sent within a second.

    Args:
        domain: recipient domain, or EVERYTHING.
        rate: messages a second now.
        ceiling: messages a second at best.
        tokens: messages that may be sent at once.
        filled: when the tokens were counted.
        slowed: when the relay complained last, or the lane recovered last; None when it is at its ceiling.
        booked_until: until when its slots are given away.
        closed_until: nothing is sent before, or None.
    """

    domain: str
    rate: float
    ceiling: float
    tokens: float
    filled: datetime
    slowed: datetime | None = None
    booked_until: datetime | None = None
    closed_until: datetime | None = None

    @classmethod
    def new(cls, domain: str, ceiling: float, now: datetime) -> "Lane":
        """Make a lane that nothing was sent on yet."""
        return cls(domain, ceiling, ceiling, max(1.0, ceiling), now)

    def is_closed(self, now: datetime) -> bool:
        """Tell whether nothing may be sent for a while."""
        return self.closed_until is not None and self.closed_until > now


def take(lane: Lane, now: datetime) -> tuple[Lane, datetime | None]:
    """Take one message's right to be sent; gives the lane as it is then, and when instead if it may not go now.

    Args:
        lane: the lane.
        now: the clock of the database.
    """
    if not lane.is_closed(now):
        lane = _filled(lane, now)
        if lane.tokens >= 1:
            return replace(lane, tokens=lane.tokens - 1), None
    slot = _next_slot(lane, now)
    return replace(lane, booked_until=slot), slot


def take_slice(lanes: Sequence[Lane], now: datetime, seconds: float) -> tuple[int, tuple[Lane, ...]]:
    """Take the rights of a short time at once from all lanes that messages go by; gives how many, and the lanes then.

    Args:
        lanes: that of the relay, and that of the domain if it has one.
        now: the clock of the database.
        seconds: of how much time, at the slowest rate among them; at least one right is asked for.
    """
    if any(lane.is_closed(now) for lane in lanes):
        return 0, tuple(lanes)
    filled = [_filled(lane, now) for lane in lanes]
    wanted = max(1, int(min(lane.rate for lane in filled) * seconds))
    number = max(0, min(wanted, *(int(lane.tokens) for lane in filled)))
    return number, tuple(replace(lane, tokens=lane.tokens - number) for lane in filled)


def borrow(lanes: Sequence[Lane], now: datetime) -> tuple[tuple[Lane, ...], datetime]:
    """Take one right ahead of its time from all lanes a message goes by; gives the lanes then, and its moment.

    Args:
        lanes: that of the relay, and that of the domain if it has one.
        now: the clock of the database.
    """
    filled = [_filled(lane, now) for lane in lanes]
    moments = [now + timedelta(seconds=max(0.0, 1 - lane.tokens) / lane.rate) for lane in filled]
    moments += [lane.closed_until for lane in filled if lane.closed_until is not None]
    return tuple(replace(lane, tokens=lane.tokens - 1) for lane in filled), max(moments)


def book(lanes: Sequence[Lane], now: datetime) -> tuple[tuple[Lane, ...], datetime]:
    """Find the turn of a message that cannot wait for its right; gives the lanes then, and when to come back.

    Args:
        lanes: that of the relay, and that of the domain if it has one.
        now: the clock of the database.
    """
    booked = tuple(replace(lane, booked_until=_next_slot(lane, now)) for lane in lanes)
    return booked, max(lane.booked_until for lane in booked if lane.booked_until is not None)


def give_back(lane: Lane) -> Lane:
    """Put the right to send one message back."""
    return replace(lane, tokens=lane.tokens + 1)


def slow_down(lane: Lane, now: datetime) -> Lane:
    """Halve the rate after a complaint; complaints within a few seconds count as one.

    Args:
        lane: the lane.
        now: the clock of the database.
    """
    if lane.slowed is not None and lane.rate < lane.ceiling and now - lane.slowed < _ONE_COMPLAINT:
        return lane
    rate = max(min(lane.rate, _FIRST_RATE) / 2, _SLOWEST)
    return replace(lane, rate=rate, tokens=min(lane.tokens, 1.0), filled=now, slowed=now)


def recover(lane: Lane, now: datetime) -> Lane:
    """Raise the rate by a quarter for each minute without a complaint.

    Args:
        lane: the lane.
        now: the clock of the database.
    """
    if lane.slowed is None or now - lane.slowed < _RECOVERY:
        return lane
    rate = lane.rate * _RECOVERS_BY ** ((now - lane.slowed) // _RECOVERY)
    if rate >= min(lane.ceiling, _FIRST_RATE):
        return replace(lane, rate=lane.ceiling, slowed=None)
    return replace(lane, rate=rate, slowed=now)


def close(lane: Lane, until: datetime) -> Lane:
    """Let nothing through for a while.

    Args:
        lane: the lane.
        until: when it opens again.
    """
    later = until if lane.closed_until is None else max(until, lane.closed_until)
    return replace(lane, closed_until=later)


def _next_slot(lane: Lane, now: datetime) -> datetime:
    """Find the next free turn; a lane that recovers gives them away at the rate it will have by then."""
    owed = now + timedelta(seconds=max(0.0, -_filled(lane, now).tokens) / lane.rate)
    begin = max(moment for moment in (owed, lane.booked_until, lane.closed_until) if moment is not None)
    return begin + timedelta(seconds=1 / recover(lane, begin).rate)


def _filled(lane: Lane, now: datetime) -> Lane:
    passed = max(0.0, (now - lane.filled).total_seconds())
    return replace(lane, tokens=min(max(1.0, lane.rate), lane.tokens + passed * lane.rate), filled=now)
