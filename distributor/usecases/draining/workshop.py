"""Messages made ahead, in threads: signing leaves the interpreter to the connections meanwhile."""

from collections.abc import Callable, Sequence
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

_BATCH = 8


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
        work: list[tuple[Delivery, Prepared]] = []
        made: list[Made] = []
        for delivery in batch:
            try:
                work.append((delivery, await self._composer.prepared(delivery)))
            except DBAPIError:
                made.append(Made(delivery, again=True))
            except DistributorError as error:
                made.append(Made(delivery, problem=error.code))
        if work:
            made += await anyio.to_thread.run_sync(_build_all, self._composer.build, work)
        return made


def _build_all(build: Callable[[Prepared, Delivery], bytes], work: Sequence[tuple[Delivery, Prepared]]) -> list[Made]:
    return [_build(build, prepared, delivery) for delivery, prepared in work]


def _build(build: Callable[[Prepared, Delivery], bytes], prepared: Prepared, delivery: Delivery) -> Made:
    try:
        return Made(delivery, build(prepared, delivery))
    except DistributorError as error:
        return Made(delivery, problem=error.code)
    except Exception:  # noqa: BLE001  a message that breaks the program fails alone
        _log.exception("message-broken", delivery=delivery.id)
        return Made(delivery, problem="message-broken")
