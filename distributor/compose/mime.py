"""The bytes of a message: prebuilt base64 of what all readers get, with personal values spliced in (RFC 2045, 2046)."""

import html
import re
from binascii import b2a_base64
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

from distributor.compose import headers
from distributor.compose.headers import Literal, Mailbox, Text, Uris, header
from distributor.errors import Refused
from distributor.model.message import MessageFrame, Personal, Slot, Variant, split_at_slots

# 57 bytes make one full line of 76 characters (RFC 2045 §6.8)
_BYTES_PER_LINE = 57
_BEIJING = timezone(timedelta(hours=8))
_LONGEST_GREETING = 120
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+>")
_SAMPLE = Personal(
    address="reader@reader.example",
    display_name="单位",
    greeting="单位",
    unsubscribe_url="https://reader.example/u",
    unsubscribe_mailto="mailto:reader@reader.example",
    preferences_url="https://reader.example/p",
    message_id="<sample@reader.example>",
    idempotency_key="sample",
    sent=datetime(2026, 1, 1, tzinfo=_BEIJING),
)


class Prepared:
    """A variant whose base64 is made once; `build` gives the message of one reader.

    Args:
        variant: the signed-off rendering.
        frame: what the headers of all messages share.
    """

    __slots__ = ("_closing", "_frame", "_head", "_html", "_opening", "_text")

    def __init__(self, variant: Variant, frame: MessageFrame) -> None:
        boundary = f"=_{variant.hash[:32]}"
        self._frame = frame
        self._head = _shared_headers(variant, frame)
        self._text = _Base64Part(variant.text)
        self._html = None if variant.html is None else _Base64Part(variant.html)
        self._opening = _opening(None if variant.html is None else boundary)
        self._closing = _closing(boundary)

    def build(self, personal: Personal) -> bytes:
        """Make the exact bytes to sign and send to one reader.

        Args:
            personal: what differs from reader to reader.

        Raises:
            AddressRefused: `mailbox-unusable`.
            Refused: `header-unsafe` or `message-unsafe` for a personal value that may not stand in a message.
        """
        values = {slot: _plain(slot, personal) for slot in Slot}
        pieces = [self._head_for(personal), self._opening]
        self._text.write({slot: value.encode() for slot, value in values.items()}, pieces)
        if self._html is not None:
            pieces.append(self._closing[0])
            self._html.write({slot: html.escape(value).encode() for slot, value in values.items()}, pieces)
            pieces.append(self._closing[1])
        return b"".join(pieces)

    def _head_for(self, personal: Personal) -> bytes:
        if not _MESSAGE_ID.fullmatch(personal.message_id):
            raise Refused("header-unsafe", header="Message-ID")
        first, rest = self._head
        # every line is checked where it is made, and `prepare` has checked that no two have one name
        return b"".join(
            (
                header("Date", Literal(format_datetime(personal.sent.astimezone(_BEIJING)))),
                first,
                header("To", Mailbox(personal.address, personal.display_name)),
                header("Message-ID", Literal(personal.message_id)),
                header("List-Unsubscribe", Uris((personal.unsubscribe_url, personal.unsubscribe_mailto))),
                header(self._frame.idempotency_header, Literal(personal.idempotency_key)),
                rest,
            ),
        )


def prepare(variant: Variant, frame: MessageFrame) -> Prepared:
    """Prepare a variant for sending and check a whole sample message of it, so that a bad one fails before the run.

    Args:
        variant: the signed-off rendering.
        frame: what the headers of all messages share.

    Raises:
        Refused: `header-unsafe`, `message-unsafe` or `variant-damaged`.
    """
    prepared = Prepared(variant, frame)
    headers.check_message(prepared.build(_SAMPLE))
    return prepared


def needs_smtputf8(address: str) -> bool:
    """Tell whether a relay must offer SMTPUTF8 for an address: only if its local part is outside ASCII (RFC 6531)."""
    return not address.rpartition("@")[0].isascii()


class _Static:
    """Bytes all readers get, encoded once for each column at which they can begin (at most 57)."""

    __slots__ = ("_encoded", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._encoded: dict[int, tuple[bytes, bytes]] = {}

    def after(self, taken: int) -> tuple[bytes, bytes]:
        """Give the full lines that begin after the bytes already taken, and the bytes left for the next line."""
        if taken not in self._encoded:
            end = taken + (len(self.data) - taken) // _BYTES_PER_LINE * _BYTES_PER_LINE
            self._encoded[taken] = _lines(self.data[taken:end]), self.data[end:]
        return self._encoded[taken]


class _Base64Part:
    """One part of the body: what all readers get with slots between."""

    __slots__ = ("_pieces",)

    def __init__(self, rendered: str) -> None:
        network = re.sub(r"\r\n?|\n", "\r\n", rendered)
        self._pieces = tuple(
            piece if isinstance(piece, Slot) else _Static(piece.encode()) for piece in split_at_slots(network)
        )

    def write(self, values: Mapping[Slot, bytes], out: list[bytes]) -> None:
        """Append the base64 of the part to what is written so far, in lines of 76 characters."""
        line = b""
        for piece in self._pieces:
            if isinstance(piece, Slot):
                line += values[piece]
                full = len(line) // _BYTES_PER_LINE * _BYTES_PER_LINE
                out.append(_lines(line[:full]))
                line = line[full:]
                continue
            missing = -len(line) % _BYTES_PER_LINE
            if len(piece.data) < missing:
                line += piece.data
                continue
            lines, left = piece.after(missing)
            out += (_lines(line + piece.data[:missing]), lines)
            line = left
        if line:
            out.append(b2a_base64(line, newline=False) + b"\r\n")


def _lines(data: bytes) -> bytes:
    starts = range(0, len(data), _BYTES_PER_LINE)
    return b"".join([b2a_base64(data[at : at + _BYTES_PER_LINE], newline=False) + b"\r\n" for at in starts])


def _plain(slot: Slot, personal: Personal) -> str:
    value = personal.value(slot)
    return headers.cut(headers.clean(value), _LONGEST_GREETING) if slot is Slot.GREETING else headers.link(value)


def _shared_headers(variant: Variant, frame: MessageFrame) -> tuple[bytes, bytes]:
    sender = frame.sender
    first = header("From", Mailbox(sender.address, sender.name)) + header("Subject", Text(variant.subject))
    rest = (
        header("Reply-To", Mailbox(sender.reply_to, sender.name)),
        header("List-Id", headers.ListId(frame.list_name, frame.list_id)),
        header("List-Unsubscribe-Post", Literal("List-Unsubscribe=One-Click")),
        header("List-Archive", Uris((frame.archive_url,))),
        header("List-Help", Uris((frame.help_uri,))),
        header("List-Owner", Uris((frame.owner_uri,))),
        header("List-Post", Literal("NO")),
        header("Auto-Submitted", Literal("auto-generated")),
        header("Precedence", Literal("bulk")),
        header("X-Auto-Response-Suppress", Literal("OOF, AutoReply")),
        header("Feedback-ID", Literal(":".join(frame.feedback))),
        header("Content-Language", Literal(frame.language)),
        header("MIME-Version", Literal("1.0")),
    )
    return first, b"".join(rest)


def _opening(boundary: str | None) -> bytes:
    if boundary is None:
        return _part_headers("plain")
    content_type = f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'.encode()
    return content_type + f"--{boundary}\r\n".encode() + _part_headers("plain")


def _closing(boundary: str) -> tuple[bytes, bytes]:
    return f"--{boundary}\r\n".encode() + _part_headers("html"), f"--{boundary}--\r\n".encode()


def _part_headers(subtype: str) -> bytes:
    return f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n'.encode()
