"""The wire: commands go out, answers come in, in order, whether or not commands were pipelined (RFC 5321, RFC 2920).

aiosmtplib opens the connection; its reader then makes room for this one, which loses no pipelined answer and lets us
write the final dot apart from the message.
"""

import asyncio
import re
import socket
from collections import deque
from typing import Final, NamedTuple

from distributor.deliver.offers import Offers
from distributor.deliver.replies import decode_reply
from distributor.model.run import Phase, Reply

_LINE: Final = re.compile(rb"([2-5]\d\d)(?:([ -])(.*)|\r?)\Z", re.DOTALL)
# far above any real answer; a server that talks for ever must not fill the memory
_LONGEST_ANSWER: Final = 64 * 1024


class DroppedError(Exception):
    """The conversation ended before an answer came; the reason is the last part of the message id `reply.<reason>`."""

    def __init__(self, phase: Phase, reason: str) -> None:
        super().__init__(phase, reason)
        self.phase = phase
        self.reason = reason

    @property
    def reply(self) -> Reply:
        """The missing answer as a value."""
        return Reply(self.phase, 0, self.reason)


class Answer(NamedTuple):
    """What the relay said; decoded only when somebody wants to read it, which saves a tenth of a message's time.

    Args:
        phase: the step it belongs to.
        code: reply code.
        text: the rest, as received.
    """

    phase: Phase
    code: int
    text: bytes

    @property
    def goes_on(self) -> bool:
        """Whether the conversation can take its next step (RFC 5321 §4.3.2)."""
        return self.code // 100 == (3 if self.phase is Phase.DATA else 2)

    @property
    def reply(self) -> Reply:
        """The answer as a value of the ledger."""
        return Reply(self.phase, self.code, decode_reply(self.text))


_Listener = asyncio.Protocol


class Conversation(_Listener):
    """One connection that has been greeted, protected and signed in.

    Args:
        transport: the open connection; this object takes it over.
        offers: what the relay offers.
    """

    def __init__(self, transport: asyncio.Transport, offers: Offers) -> None:
        self.offers = offers
        self.served = 0
        self.is_used = False
        self.holders = 0
        # answers come in the order of the letters: who has the turn reads
        self.turn = asyncio.Lock()
        self.needs_reset = False
        # the next letter tries whether the relay keeps what comes behind a message
        self.on_trial = False
        self.closing = False
        self._loop = asyncio.get_running_loop()
        self._transport = transport
        self._buffer = b""
        # what is sent with the next write
        self._held = b""
        self._lines: list[bytes] = []
        self._answers: deque[tuple[int, bytes]] = deque()
        self._waiter: asyncio.Future[bool] | None = None
        self._deadline = 0.0
        self._watch: asyncio.TimerHandle | None = None
        self._paused = False
        self._reason: str | None = "connection-lost" if transport.is_closing() else None
        self.idle_since = self._loop.time()
        self._take_over()

    def _take_over(self) -> None:
        self._transport.set_protocol(self)
        # the dot may follow only when the message has left our buffer, so any rest of it must be heard of
        self._transport.set_write_buffer_limits(high=1, low=0)
        wire = self._transport.get_extra_info("socket")
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @property
    def is_open(self) -> bool:
        """Whether another message can be sent over it."""
        return self._reason is None and not self.closing and not self._answers and not self._transport.is_closing()

    def has_answer(self) -> bool:
        """Tell whether an answer has come that nobody has read."""
        return bool(self._answers)

    def write(self, data: bytes, phase: Phase) -> None:
        """Send bytes.

        Raises:
            DroppedError: when the connection is gone; nothing was sent.
        """
        self._require_open(phase)
        held, self._held = self._held, b""
        self._transport.write(held + data)

    def write_with_next(self, data: bytes, phase: Phase) -> None:
        """Send bytes together with what whoever is ready writes next, or alone a moment later.

        Raises:
            DroppedError: when the connection is gone; nothing was sent.
        """
        self._require_open(phase)
        self._held += data
        # who has just been woken runs in the next turn of the loop; this comes in the one after it
        self._loop.call_soon(self._loop.call_soon, self._let_go)

    def _let_go(self) -> None:
        if self._held and self._reason is None and not self._transport.is_closing():
            held, self._held = self._held, b""
            self._transport.write(held)

    def _require_open(self, phase: Phase) -> None:
        if self._reason is not None or self._transport.is_closing():
            raise DroppedError(phase, self._reason or "connection-lost")

    async def drained(self, phase: Phase, seconds: float) -> None:
        """Wait until all that was written has left for the network, or an answer has come.

        Args:
            phase: the step we are in.
            seconds: how long the relay may take no byte at all.

        Raises:
            DroppedError: when the connection is gone or does not move.
        """
        while self._paused and self._reason is None and not self._answers:
            left = self._transport.get_write_buffer_size()
            if not await self._woken(seconds) and self._transport.get_write_buffer_size() >= left:
                self._lose("write-timeout")
        if self._reason is not None and not self._answers:
            raise DroppedError(phase, self._reason)

    async def answer(self, phase: Phase, seconds: float) -> Answer:
        """Give the next answer.

        Args:
            phase: the step it belongs to.
            seconds: how long to wait for it.

        Raises:
            DroppedError: when the connection is gone, no answer came in time, or it is none.
        """
        if not self._answers and self._reason is None and not await self._woken(seconds):
            self._lose("answer-timeout")
        if not self._answers:
            raise DroppedError(phase, self._reason or "connection-lost")
        code, text = self._answers.popleft()
        if code == 421:  # noqa: PLR2004  "closing transmission channel" (RFC 5321 §3.8)
            self.closing = True
        return Answer(phase, code, text)

    async def quit(self, seconds: float) -> None:
        """Say goodbye and close; a relay that does not answer is not waited for.

        Args:
            seconds: how long to wait for its goodbye.
        """
        try:
            self.write(b"QUIT\r\n", Phase.CONNECT)
            await self.answer(Phase.CONNECT, seconds)
        except DroppedError:
            pass
        finally:
            self.closing = True
            self._transport.close()

    def abort(self) -> None:
        """Cut the connection at once; what was written and has not left is thrown away."""
        self.closing = True
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take what the relay says; called by the event loop."""
        *lines, self._buffer = (self._buffer + data).split(b"\n") if self._buffer else data.split(b"\n")
        for line in lines:
            self._take_line(line)
        if len(self._buffer) + sum(map(len, self._lines)) > _LONGEST_ANSWER:
            self._lose("answer-malformed")
        if self._answers:
            self._wake()

    def _take_line(self, line: bytes) -> None:
        match = _LINE.match(line)
        if match is None:
            self._lose("answer-malformed")
            return
        code, mark, text = match.groups()
        self._lines.append(text or b"")
        if mark != b"-":
            self._answers.append((int(code), b"\n".join(self._lines)))
            self._lines = []

    def eof_received(self) -> bool:
        """Take the relay's end of the conversation; called by the event loop."""
        self._lose("connection-lost")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Take the loss of the connection; called by the event loop."""
        del exc
        self._reason = self._reason or "connection-lost"
        self._wake()
        if self._watch is not None:
            self._watch.cancel()

    def pause_writing(self) -> None:
        """Take notice that bytes wait to leave; called by the event loop."""
        self._paused = True

    def resume_writing(self) -> None:
        """Take notice that all bytes have left; called by the event loop."""
        self._paused = False
        self._wake()

    def _lose(self, reason: str) -> None:
        self._reason = self._reason or reason
        self._transport.abort()
        self._wake()

    def _wake(self, *, in_time: bool = True) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(in_time)

    async def _woken(self, seconds: float) -> bool:
        waiter: asyncio.Future[bool] = self._loop.create_future()
        self._waiter = waiter
        self._deadline = self._loop.time() + seconds
        if self._watch is None or self._watch.when() > self._deadline:
            self._watch_out()
        try:
            return await waiter
        finally:
            self._waiter = None

    def _watch_out(self) -> None:
        """Have an eye on the deadline; one timer serves many waits, since nearly all of them end in time."""
        if self._watch is not None:
            self._watch.cancel()
        self._watch = self._loop.call_at(self._deadline, self._look)

    def _look(self) -> None:
        self._watch = None
        if self._waiter is None:
            return
        if self._loop.time() >= self._deadline:
            self._wake(in_time=False)
        else:
            self._watch_out()
