"""Messages made ahead, in threads: signing leaves the interpreter to the connections meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import anyio
import anyio.to_thread
from sqlalchemy.exc import DBAPIError

from distributor import log
from distributor.errors import DistributorError
from distributor.model.run import Delivery
from distributor.usecases.compose_message import Composer, Unsigned
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
        unsigned: the message before it is signed, None after.
    """

    delivery: Delivery
    message: bytes = b""
    problem: str | None = None
    again: bool = False
    unsigned: Unsigned | None = None


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
        self._give, self._ready = anyio.create_memory_object_stream[Made](ahead)

    async def run(self) -> None:
        """Make messages for ever; several may run at the same time."""
        while True:
            await self._stock.arrival()
            batch = self._stock.take(_BATCH)
            for made in await self._make(batch):
                await self._give.send(made)

    async def next(self) -> Made:
        """Wait for a message."""
        return await self._ready.receive()

    def rest(self) -> list[Delivery]:
        """Give up what is ready and has not been taken."""
        left = []
        while True:
            try:
                left.append(self._ready.receive_nowait().delivery)
            except anyio.WouldBlock:
                return left

    def close(self) -> None:
        """Let go of the stream."""
        self._give.close()
        self._ready.close()

    async def _make(self, batch: Sequence[Delivery]) -> list[Made]:
        """Write messages here and have them signed in a thread, which hardly holds the interpreter."""
        made = [await self._write(delivery) for delivery in batch]
        if self._composer.signs:
            made = await anyio.to_thread.run_sync(_sign_all, self._composer, made)
        return [replace(one, message=one.unsigned.message) if one.unsigned else one for one in made]

    async def _write(self, delivery: Delivery) -> Made:
        try:
            prepared = await self._composer.prepared(delivery)
            return Made(delivery, unsigned=self._composer.write(prepared, delivery))
        except DBAPIError:
            return Made(delivery, again=True)
        except DistributorError as error:
            return Made(delivery, problem=error.code)
        except Exception:  # noqa: BLE001  a message that breaks the program fails alone
            _log.exception("message-broken", delivery=delivery.id)
            return Made(delivery, problem="message-broken")


def _sign_all(composer: Composer, made: Sequence[Made]) -> list[Made]:
    return [Made(one.delivery, composer.sign(one.unsigned)) if one.unsigned else one for one in made]
