"""A scripted SMTP server on loopback: it accepts, refuses, drops, hangs or is slow as told, and keeps its own ledger.

    async with ScriptedServer(Script(answers={Step.RCPT: "550 5.1.1 no such user"})) as server:
        ...
        server.ledger      # what it took responsibility for, in order

The ledger holds what a real server would deliver: also the messages whose acknowledgement it never sent.
"""

import asyncio
import base64
import contextlib
import itertools
import re
from types import TracebackType
from typing import Final, Self

from tests.support.certificates import Certificate
from tests.support.smtp_script import Act, After, Answer, Mail, Script, Step, Taken

_LONGEST_LINE: Final = 64 * 1024 * 1024


class _GoneError(Exception):
    """The conversation is over."""


class ScriptedServer:
    """The server.

    Args:
        script: how it behaves; may be replaced while it runs.
        certificate: offers STARTTLS with it.
        implicit_tls: speaks TLS from the first byte.
        port: port to listen on, 0 for a free one.
    """

    def __init__(
        self,
        script: Script | None = None,
        *,
        certificate: Certificate | None = None,
        implicit_tls: bool = False,
        port: int = 0,
    ) -> None:
        self.script = script or Script()
        self.certificate = certificate
        self.implicit_tls = implicit_tls
        self.port = port
        self.host = "127.0.0.1"
        self.ledger: list[Taken] = []
        self.commands: list[str] = []
        self.connections = 0
        self.open_now = 0
        self.most_open = 0
        self.logins = 0
        self.ahead = 0
        self.attempts: dict[str, int] = {}
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Listen."""
        context = self.certificate.server_context() if self.certificate and self.implicit_tls else None
        self._server = await asyncio.start_server(self._accept, self.host, self.port, ssl=context, limit=_LONGEST_LINE)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and cut what is open."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def taken_by(self, recipient: str) -> list[Taken]:
        """Give what it took for one address."""
        return [taken for taken in self.ledger if taken.recipient == recipient]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            # a cancelled handler makes asyncio 3.11 log an error, an ended one does not
            with contextlib.suppress(asyncio.CancelledError):
                await _Talk(self, reader, writer, self.connections).run()
        finally:
            self.open_now -= 1
            self._tasks.discard(task)
            writer.close()


class _Talk:
    """One connection."""

    def __init__(
        self, server: ScriptedServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._number = number
        self._count = itertools.count(1)
        self._mail = Mail(number, 0)
        self._is_open = False

    async def run(self) -> None:
        with contextlib.suppress(_GoneError, OSError, asyncio.IncompleteReadError):
            await self._say(Step.CONNECT, "220 scripted ESMTP")
            while True:
                line = (await self._reader.readuntil(b"\n")).decode("utf-8", "surrogateescape").rstrip("\r\n")
                self._server.commands.append(line)
                await self._obey(line)

    async def _obey(self, line: str) -> None:
        verb = re.split("[ :]", line, maxsplit=1)[0].upper()
        handler = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "STARTTLS": self._starttls,
            "AUTH": self._auth,
            "MAIL": self._mail_from,
            "RCPT": self._rcpt_to,
            "DATA": self._data,
            "RSET": self._rset,
            "QUIT": self._quit,
        }.get(verb)
        if handler is None:
            await self._act("500 5.5.2 what?")
            return
        await handler(line)

    async def _ehlo(self, line: str) -> None:
        del line
        script, server = self._server.script, self._server
        lines = ["scripted", *script.extensions]
        if script.pipelining:
            lines.append("PIPELINING")
        if server.certificate and not self._encrypted:
            lines.append("STARTTLS")
        if script.credentials:
            lines.append("AUTH PLAIN LOGIN")
        text = "\r\n".join(f"250-{part}" for part in lines[:-1]) + f"\r\n250 {lines[-1]}"
        await self._say(Step.EHLO, text.lstrip("\r\n"))

    async def _helo(self, line: str) -> None:
        await self._say(Step.HELO, f"250 scripted greets {line[5:]}")

    @property
    def _encrypted(self) -> bool:
        return self._writer.get_extra_info("sslcontext") is not None

    async def _starttls(self, line: str) -> None:
        del line
        if not await self._say(Step.STARTTLS, "220 go on") or self._server.certificate is None:
            return
        await self._writer.start_tls(self._server.certificate.server_context())

    async def _auth(self, line: str) -> None:
        self._server.logins += 1
        mechanism, _, initial = line.partition(" ")[2].partition(" ")
        if mechanism.upper() == "PLAIN":
            _, user, password = base64.b64decode(initial).decode().split("\0")
        else:
            if not initial:
                await self._act("334 VXNlcm5hbWU6")
                initial = (await self._reader.readuntil(b"\n")).decode()
            user = base64.b64decode(initial).decode()
            await self._act("334 UGFzc3dvcmQ6")
            password = base64.b64decode(await self._reader.readuntil(b"\n")).decode()
        good = self._server.script.credentials.get(user) == password
        await self._say(Step.AUTH, "235 2.7.0 welcome" if good else "535 5.7.8 Error: authentication failed")

    async def _mail_from(self, line: str) -> None:
        if self._is_open:
            await self._act("503 5.5.1 nested MAIL")
            return
        address, parameters = _address(line)
        self._mail = Mail(self._number, next(self._count), sender=address, parameters=parameters)
        self._is_open = await self._say(Step.MAIL, "250 2.1.0 sender ok")

    async def _rcpt_to(self, line: str) -> None:
        if not self._is_open:
            await self._act("503 5.5.1 MAIL first")
            return
        address, parameters = _address(line)
        attempts = self._server.attempts
        attempts[address] = attempts.get(address, 0) + 1
        self._mail.recipient, self._mail.attempt = address, attempts[address]
        self._mail.parameters += parameters
        if await self._say(Step.RCPT, "250 2.1.5 recipient ok"):
            self._mail.recipients.append(address)

    async def _data(self, line: str) -> None:
        del line
        usual = "354 go on" if self._mail.recipients else "554 5.5.1 no valid recipients"
        if not await self._say(Step.DATA, usual):
            return
        self._mail.content = await self._content()
        if self._mail.recipients:
            await self._say(Step.DOT, "250 2.0.0 taken")
        else:
            await self._act("554 5.5.1 no valid recipients")
        self._look_ahead()
        self._is_open = False
        self._mail.recipients = []
        limit = self._server.script.mails_per_connection
        if limit and self._mail.number >= limit:
            raise _GoneError

    def _look_ahead(self) -> None:
        """Count what was said before the answer to the dot, and lose it where the script says so."""
        # there is no other way to look without reading
        buffer: bytearray = self._reader._buffer  # type: ignore[attr-defined]  # private to the standard library
        self._server.ahead += bool(buffer)
        if self._server.script.swallows_ahead:
            buffer.clear()

    async def _content(self) -> bytes:
        choice = self._choice(Step.BODY)
        if choice is not None:
            await self._reader.read(1)
            await self._act(choice)
        lines: list[bytes] = []
        while (line := await self._reader.readuntil(b"\r\n")) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    async def _rset(self, line: str) -> None:
        del line
        self._is_open = not await self._say(Step.RSET, "250 2.0.0 reset") and self._is_open
        self._mail.recipients = []

    async def _quit(self, line: str) -> None:
        del line
        await self._say(Step.QUIT, "221 2.0.0 bye")
        raise _GoneError

    def _choice(self, step: Step) -> Answer | None:
        choice = self._server.script.answers.get(step)
        return choice(self._mail) if callable(choice) else choice

    async def _say(self, step: Step, usual: str) -> bool:
        """Answer; tells whether the answer goes on (2yz, 3yz)."""
        choice = self._choice(step)
        return await self._act(usual if choice is None else choice, taking=step is Step.DOT)

    async def _act(self, answer: Answer, *, taking: bool = False) -> bool:
        if isinstance(answer, After):
            await asyncio.sleep(answer.seconds)
            return await self._act(answer.answer, taking=taking)
        if answer in {Act.TAKE_AND_DROP, Act.TAKE_AND_HANG}:
            self._take(acknowledged=False)
        if answer in {Act.DROP, Act.TAKE_AND_DROP}:
            self._writer.transport.abort()
            raise _GoneError
        if isinstance(answer, Act):
            transport = self._writer.transport
            if isinstance(transport, asyncio.Transport):
                transport.pause_reading()
            await asyncio.Event().wait()
        raw = answer.encode() if isinstance(answer, str) else bytes(answer)  # type: ignore[arg-type]  # acts are done
        good = raw[:1] in b"23"
        if taking and good:
            # the ledger comes first, as in a real server: what it has acknowledged it has
            self._take(acknowledged=True)
        self._writer.write(raw + b"\r\n")
        await self._writer.drain()
        if raw.startswith(b"421"):
            raise _GoneError
        return good

    def _take(self, *, acknowledged: bool) -> None:
        mail = self._mail
        content = mail.content if self._server.script.keeps_content else b""
        for recipient in mail.recipients:
            self._server.ledger.append(
                Taken(
                    mail.sender,
                    recipient,
                    mail.message_id,
                    content,
                    acknowledged,
                    mail.connection,
                    tuple(mail.parameters),
                )
            )


def _address(line: str) -> tuple[str, list[str]]:
    match = re.match(r"[^<]*<([^>]*)>\s*(.*)", line)
    return (match.group(1), match.group(2).split()) if match else ("", [])
