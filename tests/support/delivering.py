"""Builders for sending: a relay on loopback, a message, a hook that remembers, one call that sends."""

from dataclasses import replace

from distributor.deliver import Relay, SmtpTransport, Timeouts
from distributor.model.run import Outcome
from distributor.settings import Security
from tests.support.smtp_server import ScriptedServer

SENDER = "bulletin@xiefa.example"
SHORT = Timeouts(connect=5, command=5, data=5, block=5, dot=5, quit=1)


def make_mail(recipient: str = "bgt@kjt-gd.example", body: str = "各位：\r\n.一行以点开头\r\n..两点\r\n") -> bytes:
    """Give the bytes of a small mail with lines that begin with dots; the text is ASCII on the wire."""
    text = body.encode("utf-7") if not body.isascii() else body.encode()
    head = (
        f"From: <{SENDER}>\r\nTo: <{recipient}>\r\nSubject: test\r\nMessage-ID: <{recipient}.1@xiefa.example>\r\n\r\n"
    )
    return head.encode() + text.replace(b"+AC4", b".")


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
