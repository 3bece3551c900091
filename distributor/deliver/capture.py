"""The embedded mail server: takes every mail on loopback, sends nothing on, and keeps the bytes as they came."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from distributor.deliver.shelf import Shelf

_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """One mail as the server got it.

    Args:
        envelope_from: address in MAIL FROM.
        recipients: addresses in RCPT TO.
        content: the bytes, dot-stuffing undone, nothing else touched.
    """

    envelope_from: str
    recipients: tuple[str, ...]
    content: bytes


class CaptureServer:
    """An SMTP server on 127.0.0.1 that keeps what it gets, in a thread of its own.

    Args:
        folder: every mail becomes a file `NNNN-<recipient>.eml` in it; None keeps mails in `received` instead.
        port: port to listen on; 0 lets the system choose a free one.
        largest: largest message in octets.

    Raises:
        Misconfigured: `folder-not-writable`.
    """

    def __init__(self, folder: Path | None = None, port: int = 0, *, largest: int = _LARGEST) -> None:
        self.received: list[Received] = []
        self._shelf = Shelf(folder) if folder is not None else None
        self._controller = _EphemeralController(self, port, largest)

    @property
    def host(self) -> str:
        """The address it listens on."""
        return "127.0.0.1"

    @property
    def port(self) -> int:
        """The port it listens on, known once it runs."""
        return int(self._controller.port)

    async def __aenter__(self) -> Self:
        """Start listening."""
        await asyncio.to_thread(self._controller.start)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and drop what is open."""
        await asyncio.to_thread(self._controller.stop)

    async def handle_EHLO(  # noqa: N802  the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Offer PIPELINING beside the rest: aiosmtpd reads line by line, so commands may wait in its buffer."""
        del server, envelope
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_DATA(  # noqa: N802  the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep a mail and answer with its name."""
        del server, session
        # aiosmtpd decodes only when told to
        content = cast("bytes", envelope.content)
        got = Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), content)
        if self._shelf is None:
            self.received.append(got)
            return f"250 2.0.0 kept as {len(self.received)}"
        names = [await asyncio.to_thread(self._keep, self._shelf, got, recipient) for recipient in got.recipients]
        return f"250 2.0.0 kept as {', '.join(names)}"

    def _keep(self, shelf: Shelf, got: Received, recipient: str) -> str:
        return shelf.show(shelf.prepare(got.content), recipient)


class _EphemeralController(Controller):
    """A controller that learns its port from the socket, so that 0 may be asked for."""

    def __init__(self, handler: CaptureServer, port: int, largest: int) -> None:
        super().__init__(
            handler, hostname="127.0.0.1", port=port, data_size_limit=largest, enable_SMTPUTF8=True, ident="capture"
        )

    async def _create_server(self) -> Any:  # noqa: ANN401  aiosmtpd has no types
        server = await self.loop.create_server(self._factory_invoker, host=self.hostname, port=self.port)
        self.port = server.sockets[0].getsockname()[1]
        return server
