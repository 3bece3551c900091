"""A connection with limits on how slow a client may be; uvicorn itself waits for ever (OWASP ASVS 5.0, 13.1.2)."""

import asyncio
from dataclasses import dataclass
from typing import Any, ClassVar

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState


@dataclass(frozen=True, slots=True)
class Patience:
    """For how many seconds a client is waited for.

    Args:
        head: until request line and headers are there as a whole.
        body: until the whole body is there.
        silence: between two parts of a body, or while a client takes nothing of an answer.
    """

    head: float = 10
    body: float = 600
    silence: float = 30


class PatientProtocol(H11Protocol):
    """Ends a connection whose client sends its request or takes its answer more slowly than `patience` allows.

    Args:
        config: of the server.
        server_state: what its connections share.
        app_state: of the application.
        _loop: the loop; the running one by default.
    """

    patience: ClassVar[Patience] = Patience()

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._phase: type[h11.SEND_BODY | h11.IDLE] | None = None
        self._deadlines: list[asyncio.TimerHandle] = []
        self._stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn itself
        """Wait for the first request."""
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Take a part of a request."""
        super().data_received(data)
        self._judge()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._forget()
        self._set_stuck(None)
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Wait for the next request; the time between two of them is limited by the server itself."""
        super().on_response_complete()
        self._judge()

    def pause_writing(self) -> None:
        """The client takes nothing: wait, but not for ever."""
        super().pause_writing()
        self._set_stuck(self.loop.call_later(self.patience.silence, self._give_up))

    def resume_writing(self) -> None:
        """The client has taken something."""
        super().resume_writing()
        self._set_stuck(None)

    def _judge(self) -> None:
        """See what is waited for now: the rest of the headers, the rest of a body, or nothing."""
        state = self.conn.their_state
        if state is h11.SEND_BODY:
            self._wait_for_body()
        elif state is h11.IDLE and self.conn.trailing_data[0]:
            self._wait_for_head()
        else:
            self._forget()

    def _wait_for_head(self) -> None:
        # every further octet does not lengthen it: a header may come one octet a second for ever
        if self._phase is not h11.IDLE:
            self._forget()
            self._phase = h11.IDLE
            self._deadlines = [self.loop.call_later(self.patience.head, self._give_up)]

    def _wait_for_body(self) -> None:
        if self._phase is not h11.SEND_BODY:
            self._forget()
            self._phase = h11.SEND_BODY
            self._deadlines = [self.loop.call_later(self.patience.body, self._give_up)]
        for one in self._deadlines[1:]:
            one.cancel()
        self._deadlines[1:] = [self.loop.call_later(self.patience.silence, self._still_silent)]

    def _still_silent(self) -> None:
        if self.flow.read_paused:
            # we are the slow ones: what came is not read yet
            self._wait_for_body()
        else:
            self._give_up()

    def _forget(self) -> None:
        for one in self._deadlines:
            one.cancel()
        self._deadlines, self._phase = [], None

    def _set_stuck(self, timer: asyncio.TimerHandle | None) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
        self._stuck = timer

    def _give_up(self) -> None:
        # not close: what lies in the buffer would wait for the client that does not take it
        self.transport.abort()
