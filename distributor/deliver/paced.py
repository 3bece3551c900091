"""A way of sending at a pace that is shared with others."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from distributor.deliver.transport import BeforeDot, Opened, Transport
from distributor.model.run import DeliveryState, Outcome, Phase, RefusalClass, Reply

# a delivery is not held in hand for longer: its lease has better uses
_LONGEST_WAIT: Final = timedelta(seconds=10)


class SharedPace(Protocol):
    """Knows how fast a relay may be written to, whoever else writes to it."""

    async def reserve(self, recipient: str, longest: timedelta) -> timedelta | datetime:
        """Take the right to send one message; gives how long to wait, or when to come back if that is too long.

        Args:
            recipient: the address.
            longest: how long the caller can wait.
        """

    async def heed(self, recipient: str, outcome: Outcome) -> None:
        """Take notice of an answer.

        Args:
            recipient: the address.
            outcome: what came of the attempt.
        """


class PacedTransport(Opened):
    """Passes on as fast as the pace allows; what would have to wait for long is given back untried, with its turn.

    Args:
        inner: the way of sending behind it.
        pace: the pace.
    """

    def __init__(self, inner: Transport, pace: SharedPace) -> None:
        super().__init__(inner)
        self._inner = inner
        self._pace = pace

    async def send(
        self,
        envelope_from: str,
        recipient: str,
        message: bytes,
        before_dot: BeforeDot,
        *,
        envelope_id: str | None = None,
    ) -> Outcome:
        """Send when it is its turn; see Transport."""
        wait = await self._pace.reserve(recipient, _LONGEST_WAIT)
        if isinstance(wait, datetime):
            reply = Reply(Phase.CONNECT, 0, "relay-pace")
            return Outcome(DeliveryState.DEFERRED, reply, RefusalClass.TEMPORARY, is_heeded=True, due=wait)
        if wait:
            await asyncio.sleep(wait.total_seconds())
        outcome = await self._inner.send(envelope_from, recipient, message, before_dot, envelope_id=envelope_id)
        await self._pace.heed(recipient, outcome)
        return replace(outcome, is_heeded=True)
