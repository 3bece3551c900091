"""A wire that takes its time: a TCP proxy on loopback, `python -m tests.support.slow_wire TARGET_PORT MILLISECONDS`.

Every chunk arrives half the given milliseconds later in each direction; the proxy writes its port on standard output.
"""

import asyncio
import contextlib
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from typing import cast


class _End(asyncio.Protocol):
    """One end of a connection; what it hears the other end says later, in the same order."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.transport: asyncio.Transport | None = None
        self.other: _End | None = None
        self.to_say: deque[bytes | None] = deque()
        self.due = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._say_what_is_due()

    def data_received(self, data: bytes) -> None:
        self._pass_on(data)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._pass_on(None)

    def _pass_on(self, data: bytes | None) -> None:
        assert self.other is not None
        self.other.to_say.append(data)
        asyncio.get_running_loop().call_later(self.delay, self.other.say)

    def say(self) -> None:
        """Say one more chunk that the other end has heard, or close after it."""
        self.due += 1
        self._say_what_is_due()

    def _say_what_is_due(self) -> None:
        while self.transport is not None and self.due:
            self.due -= 1
            data = self.to_say.popleft()
            if data is None:
                self.transport.close()
            elif not self.transport.is_closing():
                self.transport.write(data)


async def _serve(target: int, delay: float) -> None:
    loop = asyncio.get_running_loop()
    connecting: set[asyncio.Task[object]] = set()

    def accept() -> _End:
        near, far = _End(delay), _End(delay)
        near.other, far.other = far, near
        task = loop.create_task(loop.create_connection(lambda: far, "127.0.0.1", target))
        connecting.add(task)
        task.add_done_callback(connecting.discard)
        return near

    server = await loop.create_server(accept, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


@contextlib.contextmanager
def slow_wire(target: int, milliseconds: float) -> Iterator[int]:
    """Run the proxy in a process of its own; gives its port."""
    command = [sys.executable, "-m", "tests.support.slow_wire", str(target), str(milliseconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2]) / 2000))
