"""Messages made ahead: written between two turns of the conversations, signed with RSA in threads.

Threads that need the interpreter for every few microseconds take it from each other and from the conversations, and
each time it changes hands costs as much as it gains. So only what leaves the interpreter alone for long is done there.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import anyio
import anyio.to_thread
from sqlalchemy.exc import DBAPIError

from distributor import log
from distributor.compose import Prepared, Signing
from distributor.errors import DistributorError
from distributor.model.run import Delivery
from distributor.usecases.compose_message import Composer
from distributor.usecases.draining.stock import Stock

_log = log.get_logger(__name__)

_BATCH = 12
# to write and hash a message that is larger would keep the conversations waiting for too long
_LARGE = 300_000


@dataclass(frozen=True, slots=True)
class Made:
    """A delivery and its message, or why there is none.

    Args:
        delivery: the delivery.
        message: the bytes, empty when they could not be made.
        problem: code of what is wrong with it, or None.
        again: it could not be made just now.
    """

    delivery: Delivery
    message: bytes = b""
    problem: str | None = None
    again: bool = False


class Workshop:
    """Makes messages of what was claimed.

    Args:
        composer: knows how.
        stock: what was claimed.
        ahead: how many messages are kept ready.
    """

    def __init__(self, composer: Composer, stock: Stock, ahead: int) -> None:
        self._composer = composer
        self._stock = stock
        self._ahead = ahead
        self._ready: deque[Made] = deque()
        self._arrival = anyio.Event()
        self._room = anyio.Event()

    async def run(self) -> None:
        """Make messages for ever; several may run at the same time."""
        while True:
            await self._stock.arrival()
            self._ready += await self._make(self._stock.take(_BATCH))
            self._arrival.set()
            while len(self._ready) >= self._ahead:
                self._room = anyio.Event() if self._room.is_set() else self._room
                await self._room.wait()

    async def next(self) -> Made:
        """Wait for a message."""
        while not self._ready:
            self._arrival = anyio.Event() if self._arrival.is_set() else self._arrival
            await self._arrival.wait()
        if len(self._ready) <= self._ahead:
            self._room.set()
        return self._ready.popleft()

    def rest(self) -> list[Delivery]:
        """Give up what is ready and has not been taken."""
        left = [made.delivery for made in self._ready]
        self._ready.clear()
        self._room.set()
        return left

    async def _make(self, batch: Sequence[Delivery]) -> list[Made]:
        """Write here, where the database is asked, and compute slow signatures in a thread."""
        begun = [await self._begun(delivery) for delivery in batch]
        slow = [one.signing for one in begun if isinstance(one, _Begun) and one.signing.is_slow]
        values = iter(await anyio.to_thread.run_sync(_values, slow) if slow else ())
        return [one if isinstance(one, Made) else _finished(one, values) for one in begun]

    async def _begun(self, delivery: Delivery) -> "_Begun | Made":
        try:
            prepared = await self._composer.prepared(delivery)
            if prepared.size > _LARGE:
                return await anyio.to_thread.run_sync(_begin, self._composer, prepared, delivery)
            return _begin(self._composer, prepared, delivery)
        except DBAPIError:
            return Made(delivery, again=True)
        except Exception as error:  # noqa: BLE001  see _broken
            return _broken(delivery, error)


@dataclass(frozen=True, slots=True)
class _Begun:
    delivery: Delivery
    signing: Signing


def _begin(composer: Composer, prepared: Prepared, delivery: Delivery) -> _Begun:
    return _Begun(delivery, composer.begin(prepared, delivery))


def _values(signings: Sequence[Signing]) -> list[Sequence[bytes] | Exception]:
    return [_attempt(signing) for signing in signings]


def _attempt(signing: Signing) -> Sequence[bytes] | Exception:
    try:
        return signing.values()
    except Exception as error:  # noqa: BLE001  see _broken
        return error


def _finished(begun: _Begun, slow: Iterator[Sequence[bytes] | Exception]) -> Made:
    signing = begun.signing
    values = next(slow) if signing.is_slow else _attempt(signing)
    if isinstance(values, Exception):
        return _broken(begun.delivery, values)
    return Made(begun.delivery, signing.finish(values))


def _broken(delivery: Delivery, error: Exception) -> Made:
    """A message that cannot be made, even one that breaks the program, fails alone."""
    if isinstance(error, DistributorError):
        return Made(delivery, problem=error.code)
    _log.error("message-broken", delivery=delivery.id, exc_info=error)
    return Made(delivery, problem="message-broken")
