"""Messages made ahead, in threads: most of signing leaves the interpreter to the connections meanwhile."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import anyio
import anyio.to_thread
from sqlalchemy.exc import DBAPIError

from distributor import log
from distributor.compose import Prepared
from distributor.errors import DistributorError
from distributor.model.run import Delivery
from distributor.usecases.compose_message import Composer
from distributor.usecases.draining.stock import Stock

_log = log.get_logger(__name__)

_BATCH = 12


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
        """Find the renderings here, where the database is asked, and write and sign in a thread."""
        found = [(delivery, await self._prepared(delivery)) for delivery in batch]
        return await anyio.to_thread.run_sync(_make_all, self._composer, found)

    async def _prepared(self, delivery: Delivery) -> Prepared | Made:
        try:
            return await self._composer.prepared(delivery)
        except DBAPIError:
            return Made(delivery, again=True)
        except Exception as error:  # noqa: BLE001  see _broken
            return _broken(delivery, error)


def _make_all(composer: Composer, found: Sequence[tuple[Delivery, Prepared | Made]]) -> list[Made]:
    return [one if isinstance(one, Made) else _made(composer, delivery, one) for delivery, one in found]


def _made(composer: Composer, delivery: Delivery, prepared: Prepared) -> Made:
    try:
        return Made(delivery, composer.sign(composer.write(prepared, delivery)))
    except Exception as error:  # noqa: BLE001  see _broken
        return _broken(delivery, error)


def _broken(delivery: Delivery, error: Exception) -> Made:
    """A message that cannot be made, even one that breaks the program, fails alone."""
    if isinstance(error, DistributorError):
        return Made(delivery, problem=error.code)
    _log.error("message-broken", delivery=delivery.id, exc_info=error)
    return Made(delivery, problem="message-broken")
