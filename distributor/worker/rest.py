"""The rest of a relay that refuses our credentials: many failed logins get a sender blocked."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import anyio
from sqlalchemy.exc import DBAPIError

from distributor import log
from distributor.deliver import Transport
from distributor.errors import RelayTrouble
from distributor.store import runs
from distributor.store.engine import Database

_log = log.get_logger(__name__)

_REST_SECONDS = 300
_LOOK_SECONDS = 1
_TICK_SECONDS = 1
_BROKEN_SECONDS = 5


class Rest:
    """Keeps a worker from its relay for a while; a person who lets a run go on ends that at once.

    Args:
        database: tells what persons have decided.
        transport: the way to the relay.
    """

    def __init__(self, database: Database, transport: Transport) -> None:
        self._database = database
        self._transport = transport
        self._until: float | None = None
        self._since: datetime | None = None

    async def begin(self, trouble: RelayTrouble) -> None:
        """Leave the relay alone from now on.

        Args:
            trouble: why.
        """
        if self._until is not None:
            return
        _log.error("relay-trouble", code=trouble.code, **trouble.parameters)
        self._until = anyio.current_time() + _REST_SECONDS
        try:
            async with self._database.read() as connection:
                self._since = await self._database.now(connection)
        except DBAPIError as error:
            # then nothing but time ends it
            self._since = None
            _log.warning("database-away", problem=str(error.orig))

    async def is_over(self) -> bool:
        """Tell whether the relay may be used."""
        if self._until is None:
            return True
        if anyio.current_time() < self._until and not await self._is_ended():
            return False
        self._until = None
        self._transport.resume()
        return True

    async def end(self, stopping: anyio.Event) -> None:
        """Wait until the relay may be used, or until told to stop.

        Args:
            stopping: set to stop.
        """
        while not stopping.is_set() and not await self.is_over():
            with anyio.move_on_after(_LOOK_SECONDS):
                await stopping.wait()

    async def attempt(self, act: Callable[[], Awaitable[object]], stopping: anyio.Event) -> float:
        """Send when the relay may be used; trouble of any kind does not end the worker.

        Args:
            act: sends what is due.
            stopping: set to stop.

        Returns:
            The seconds to wait before the next time.
        """
        try:
            await self.end(stopping)
            if not stopping.is_set():
                await act()
        except RelayTrouble as trouble:
            await self.begin(trouble)
        except DBAPIError as error:
            _log.warning("database-away", problem=str(error.orig))
        except Exception:  # noqa: BLE001  a fault of ours in one act must not end the worker for all others
            _log.exception("sending-broken")
            return _BROKEN_SECONDS
        return _TICK_SECONDS

    async def _is_ended(self) -> bool:
        if self._since is None:
            return False
        try:
            async with self._database.read() as connection:
                return await runs.was_confirmed_since(connection, self._since)
        except DBAPIError:
            return False
