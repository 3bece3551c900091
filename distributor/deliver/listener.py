"""A mail server for reports alone: it takes what is written to our own addresses and nothing else."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from types import TracebackType
from typing import Final, Self, cast

from aiosmtpd.smtp import SMTP, Envelope, Session

_MOST_BYTES: Final = 10 * 1024 * 1024
_MOST_RECIPIENTS: Final = 10
_TIMEOUT_SECONDS: Final = 60.0

Take = Callable[[bytes, str], Awaitable[bool]]
Ours = Callable[[], Awaitable[Collection[str]]]


class ReportListener:
    """Listens while it is open.

    Args:
        take: takes one mail and the address it came to; False when it must come again later.
        ours: gives our addresses, asked for each recipient since lists come and go; whatever follows a `+` in the
            local part belongs to them.
        host: address to listen on.
        port: port to listen on, 0 for a free one.
    """

    def __init__(self, take: Take, ours: Ours, host: str = "127.0.0.1", port: int = 0) -> None:
        self._take = take
        self._ours = ours
        self._host = host
        self.port = port
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """Begin to listen.

        Raises:
            OSError: the port cannot be used.
        """
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._talk, self._host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    def _talk(self) -> SMTP:
        return SMTP(self, data_size_limit=_MOST_BYTES, enable_SMTPUTF8=True, ident="reports", timeout=_TIMEOUT_SECONDS)

    async def handle_RCPT(  # noqa: N802  the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        """Take mail for our own addresses only."""
        del server, session, rcpt_options
        if _plain(address) not in {_plain(own) for own in await self._ours()}:
            return "550 5.7.1 reports for our own mails only"
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return "452 4.5.3 too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(  # noqa: N802  the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Hand a mail over; only what was taken durably is acknowledged."""
        del server, session
        # aiosmtpd decodes only when told to
        content = cast("bytes", envelope.content)
        # the address that names a delivery says most, and one mail is taken once
        recipient = max(envelope.rcpt_tos, key=len)
        return "250 2.0.0 taken" if await self._take(content, recipient) else "451 4.3.0 come again later"


def _plain(address: str) -> str:
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
