"""How many messages a connection may carry: fewer after a relay has complained of too many, more again with time."""

from typing import Final

# a relay that complains over several connections at once has complained once
_ONE_COMPLAINT_SECONDS: Final = 5.0
_RECOVERY: Final = 1.25
_RECOVERY_SECONDS: Final = 60.0
# by then any number of messages has come back
_LONGEST_MINUTES: Final = 180.0


class Allowance:
    """Messages over one connection; halved by a complaint, a quarter more a minute, never more than is allowed.

    Args:
        ceiling: what is allowed while nobody complains.
    """

    def __init__(self, ceiling: int) -> None:
        self._ceiling = ceiling
        self._least = float(ceiling)
        self._since = float("-inf")

    def slow_down(self, now: float) -> None:
        """Take notice of a complaint.

        Args:
            now: seconds of a clock that only goes forward.
        """
        if now - self._since < _ONE_COMPLAINT_SECONDS:
            return
        self._least, self._since = max(1.0, self.at(now) / 2), now

    def at(self, now: float) -> int:
        """Give the messages that a connection may carry.

        Args:
            now: seconds of the same clock.
        """
        if self._least >= self._ceiling:
            return self._ceiling
        minutes = min((now - self._since) / _RECOVERY_SECONDS, _LONGEST_MINUTES)
        return min(self._ceiling, int(self._least * _RECOVERY**minutes))
