"""Several relays: chosen by the domain of the sender, the next one where one cannot be reached."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from distributor import log
from distributor.deliver.transport import BeforeDot, Opened, Transport
from distributor.errors import RelayTrouble
from distributor.model.run import DeliveryState, Outcome, RefusalClass

_log = log.get_logger(__name__)

# a relay that is out of reach is tried last for so long
_REST_SECONDS: Final = 15.0
_HEAD_BYTES: Final = 8192
_FROM: Final = re.compile(
    rb"^From:(?:[^\r\n]|\r\n[ \t]){0,2000}?<?([^\s<>\"]{1,64}@[A-Za-z0-9.-]{1,255})>?\r?$", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Way:
    """One relay.

    Args:
        name: how it is called in messages.
        transport: sends to it.
        senders: domains of senders it is for; empty for all.
    """

    name: str
    transport: Transport
    senders: frozenset[str] = frozenset()


class RelaySet(Opened):
    """Sends by the first relay that is for the sender and can be reached.

    What has come to its final dot at one relay is never given to another: only a relay that was not reached, or that
    broke off before the hook was asked, is passed over.

    Args:
        ways: the relays, the usual one first.
    """

    def __init__(self, ways: Sequence[Way]) -> None:
        super().__init__(*(way.transport for way in ways))
        self._ways = [_Used(way) for way in ways]

    async def send(
        self,
        envelope_from: str,
        recipient: str,
        message: bytes,
        before_dot: BeforeDot,
        *,
        envelope_id: str | None = None,
    ) -> Outcome:
        """Send by one relay after the other until one is reached; see Transport."""
        sender = envelope_sender(message, envelope_from)
        outcome: Outcome | None = None
        trouble: RelayTrouble | None = None
        for used in self._in_order(sender):
            asked = _Asked(before_dot)
            try:
                outcome = await used.way.transport.send(sender, recipient, message, asked, envelope_id=envelope_id)
            except RelayTrouble as error:
                used.rest("credentials")
                trouble = error
                continue
            if asked.was_asked or outcome.refusal is not RefusalClass.CONNECTION:
                used.heed(outcome)
                return outcome
            used.rest(outcome.reply.text)
        if outcome is not None:
            return outcome
        raise trouble or RelayTrouble("relay-for-sender", sender=sender.rpartition("@")[2])

    def _in_order(self, sender: str) -> list["_Used"]:
        """Give the relays for a sender, those that rest behind the others."""
        domain = sender.rpartition("@")[2].lower()
        own = [used for used in self._ways if domain in used.way.senders]
        usable = own or [used for used in self._ways if not used.way.senders]
        return sorted(usable, key=lambda used: used.rests)


def envelope_sender(message: bytes, usual: str) -> str:
    """Give the envelope address of a message: a From of another domain sends under its own name (RFC 7489 §3.1).

    Args:
        message: its bytes.
        usual: the usual envelope address.
    """
    shown = _shown_sender(_from_line(message))
    if shown is None or not usual:
        return usual
    return usual if shown.rpartition("@")[2].lower() == usual.rpartition("@")[2].lower() else shown


def _from_line(message: bytes) -> bytes:
    """The lines of From where it is written as we write it, else the whole header."""
    end = message.find(b"\r\n\r\n", 0, _HEAD_BYTES)
    end = min(len(message), _HEAD_BYTES) if end < 0 else end
    begin = message.find(b"\r\nFrom:", 0, end)
    if begin < 0:
        return message[:end]
    stop = message.find(b"\r\n", begin + 2, end)
    while stop >= 0 and message[stop + 2 : stop + 3] in {b" ", b"\t"}:
        stop = message.find(b"\r\n", stop + 2, end)
    return message[begin + 2 : end if stop < 0 else stop]


# hardly any sender has more than a few names
@lru_cache(maxsize=64)
def _shown_sender(head: bytes) -> str | None:
    match = _FROM.search(head)
    return None if match is None else match.group(1).decode("ascii", "replace")


class _Used:
    """A relay and how it fares."""

    def __init__(self, way: Way) -> None:
        self.way = way
        self._rests_until = float("-inf")

    @property
    def rests(self) -> bool:
        return _now() < self._rests_until

    def rest(self, reason: str) -> None:
        if not self.rests:
            _log.warning("relay-out-of-reach", relay=self.way.name, reason=reason)
        self._rests_until = _now() + _REST_SECONDS

    def heed(self, outcome: Outcome) -> None:
        if outcome.state is DeliveryState.SENT:
            self._rests_until = float("-inf")


class _Asked:
    """The hook before the dot, which remembers that it was asked."""

    def __init__(self, before_dot: BeforeDot) -> None:
        self._before_dot = before_dot
        self.was_asked = False

    async def __call__(self) -> bool:
        self.was_asked = True
        return await self._before_dot()


def _now() -> float:
    return asyncio.get_running_loop().time()
