"""A relay and the patience we have with it."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from distributor.settings import Security


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for each step; the least that RFC 5321 §4.5.3.2 asks for.

    Args:
        connect: until the connection stands, is protected and the relay has greeted.
        command: for the answer to EHLO, AUTH, MAIL and RCPT.
        data: for the answer to DATA.
        block: for the relay to take the next part of a message.
        dot: for the answer to the final dot; giving up earlier makes duplicates.
        quit: for the answer to QUIT.
    """

    connect: float = 300
    command: float = 300
    data: float = 120
    block: float = 180
    dot: float = 600
    quit: float = 5

    def capped(self, seconds: float) -> Self:
        """Wait no longer than this for anything before the final dot.

        Args:
            seconds: the longest wait.
        """
        names = ("connect", "command", "data", "block", "quit")
        return replace(self, **{name: min(seconds, getattr(self, name)) for name in names})


@dataclass(frozen=True, slots=True)
class Relay:
    """The server that mails are handed to.

    Args:
        host: name or address.
        port: port.
        security: how the conversation is protected.
        username: user name, or None when the relay asks for none.
        password: password or 授权码.
        connections: most connections at the same time.
        messages_per_connection: after so many messages a connection is closed and another one opened.
        idle_seconds: a connection that was idle for longer is not used again.
        rest_seconds: so long it is left alone after it has refused our credentials: many failed logins get a sender
            blocked.
        timeouts: seconds to wait for each step.
        greeting_name: our name in EHLO, the name of this machine by default.
        trust: PEM file of the authority that signed the relay's certificate, beside those of the system.
        overlaps: say MAIL and RCPT of the next message while the answer to the last one is awaited, where the relay
            offers PIPELINING and more messages wait than there are connections. It halves the round trips; not every
            relay that offers PIPELINING keeps what comes after a message, so one connection tries it first.
        asks_reports: ask for reports about failures where the relay offers that (RFC 3461).
        name: how it is called in messages, the host by default.
    """

    host: str = "127.0.0.1"
    port: int = 25
    security: Security = Security.STARTTLS
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    connections: int = 4
    messages_per_connection: int = 100
    idle_seconds: float = 30
    rest_seconds: float = 300
    timeouts: Timeouts = field(default_factory=Timeouts)
    greeting_name: str | None = None
    trust: Path | None = None
    overlaps: bool = False
    asks_reports: bool = True
    name: str = ""

    @property
    def label(self) -> str:
        """How it is called in messages."""
        return self.name or self.host
