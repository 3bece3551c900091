"""Builders for sending: a relay on loopback, a message, a hook that remembers, one call that sends."""

from dataclasses import replace

from distributor.deliver import Relay, SmtpTransport, Timeouts
from distributor.model.run import Outcome
from distributor.settings import Security
from tests.support.smtp_server import ScriptedServer

SENDER = "bulletin@xiefa.example"
SHORT = Timeouts(connect=5, command=5, data=5, block=5, dot=5, quit=1)


def make_mail(recipient: str = "bgt@kjt-gd.example", body: str = "Dear reader:\r\n.one dot\r\n..two dots\r\n") -> bytes:
    """Give the bytes of a small mail with lines that begin with dots."""
    # a mail to an address that is not ASCII is ASCII all the same, as with an encoded display name
    named = recipient if recipient.isascii() else "reader@xiefa.example"
    head = f"From: <{SENDER}>\r\nTo: <{named}>\r\nSubject: test\r\nMessage-ID: <{named}.1@xiefa.example>\r\n\r\n"
    return (head + body).encode("ascii")


def relay_to(server: ScriptedServer, **changes: object) -> Relay:
    """Give the relay that a scripted server is, in the clear and with short patience unless changed."""
    usual = Relay(
        host=server.host,
        port=server.port,
        security=Security.NONE,
        connections=2,
        timeouts=SHORT,
        greeting_name="sender.xiefa.example",
    )
    return replace(usual, **changes)  # type: ignore[arg-type]  # fields of Relay


class Hook:
    """The hook before the dot: says what it is told and counts."""

    def __init__(self, *, answer: bool = True) -> None:
        self.answer = answer
        self.calls = 0

    async def __call__(self) -> bool:
        """Count, and say whether the dot may follow."""
        self.calls += 1
        return self.answer


async def send_one(server: ScriptedServer, hook: Hook | None = None, **changes: object) -> Outcome:
    """Send one mail over a new transport."""
    async with SmtpTransport(relay_to(server, **changes)) as transport:
        return await send(transport, hook=hook)


async def send(transport: SmtpTransport, recipient: str = "bgt@kjt-gd.example", *, hook: Hook | None = None) -> Outcome:
    """Send one mail over a transport."""
    return await transport.send(SENDER, recipient, make_mail(recipient), hook or Hook(), envelope_id="d-1")
