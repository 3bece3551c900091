"""How a scripted SMTP server behaves, and what it writes into its ledger."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum


class Step(StrEnum):
    """Where a script can answer in its own way."""

    CONNECT = "connect"
    EHLO = "ehlo"
    HELO = "helo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    DOT = "dot"
    RSET = "rset"
    QUIT = "quit"


class Act(Enum):
    """What a server can do instead of answering."""

    DROP = "close the connection without taking the message"
    TAKE_AND_DROP = "take the message, close the connection before the acknowledgement"
    HANG = "say nothing more, keep the connection open"
    TAKE_AND_HANG = "take the message, never acknowledge it"


@dataclass(frozen=True, slots=True)
class After:
    """An answer that takes its time.

    Args:
        seconds: how long.
        answer: what comes then.
    """

    seconds: float
    answer: "Answer"


# a line of text (encoded as UTF-8), raw bytes without CRLF, something worse, or a function of the mail
Answer = str | bytes | Act | After
Choice = Answer | Callable[["Mail"], Answer | None]


@dataclass(slots=True)
class Mail:
    """What is known of the transaction that goes on, for scripts that decide by it.

    Args:
        connection: number of the connection, from 1.
        number: number of the transaction within it, from 1.
        sender: address in MAIL.
        recipients: addresses the server accepted.
        recipient: the address asked for last.
        attempt: how often that address was asked for, this time included.
        parameters: what followed the addresses in MAIL and RCPT.
        content: the bytes, dots unstuffed.
    """

    connection: int
    number: int
    sender: str = ""
    recipients: list[str] = field(default_factory=list)
    recipient: str = ""
    attempt: int = 0
    parameters: list[str] = field(default_factory=list)
    content: bytes = b""

    @property
    def message_id(self) -> str:
        """The Message-ID, or nothing."""
        match = re.search(rb"^message-id:\s*(\S+)", self.content, re.IGNORECASE | re.MULTILINE)
        return match.group(1).decode("ascii", "replace") if match else ""


@dataclass(frozen=True, slots=True)
class Taken:
    """One entry of the ledger: the server is responsible for this message now.

    Args:
        sender: address in MAIL.
        recipient: address in RCPT.
        message_id: its Message-ID.
        content: the bytes, empty when the script keeps none.
        acknowledged: whether the 250 was sent.
        connection: number of the connection.
        parameters: what followed the addresses in MAIL and RCPT.
    """

    sender: str
    recipient: str
    message_id: str
    content: bytes
    acknowledged: bool
    connection: int
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """How a server behaves.

    Args:
        answers: what it says at a step instead of the usual; a function may give None for the usual.
        extensions: lines of the answer to EHLO beside PIPELINING and STARTTLS.
        pipelining: offer PIPELINING; without it, a command that comes too early is an error.
        credentials: user names and passwords; AUTH is offered when there are any.
        mails_per_connection: after so many messages the connection is closed without a word, 0 for never.
        swallows_ahead: lose what was said before the answer to the dot, as some servers do.
        keeps_content: whether the ledger holds the bytes.
    """

    answers: Mapping[Step, Choice] = field(default_factory=dict)
    extensions: tuple[str, ...] = ("SIZE 52428800", "8BITMIME")
    pipelining: bool = True
    credentials: Mapping[str, str] = field(default_factory=dict)
    mails_per_connection: int = 0
    swallows_ahead: bool = False
    keeps_content: bool = True


def greylist(mail: Mail) -> Answer | None:
    """Refuse every address the first time (an answer for Step.RCPT)."""
    return "451 4.7.1 greylisted, try again in 5 minutes" if mail.attempt == 1 else None
