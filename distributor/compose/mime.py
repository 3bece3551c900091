"""The bytes of a message: headers and a prebuilt body, with what is personal spliced in (RFC 5322).

What all messages of a variant share is written once: the base64 of the body and the lines of the header, these also in
the relaxed form that is signed.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from functools import lru_cache

from distributor.compose import headers
from distributor.compose.body import Body
from distributor.compose.headers import Literal, Mailbox, Text, Uris, header
from distributor.compose.relaxed import SharedFields
from distributor.compose.signing import Unsigned
from distributor.errors import Refused
from distributor.model.message import MessageFrame, Personal, Slot, Variant

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
        attached: the bytes of its attachment, None when it has none.

    Raises:
        Refused: `header-unsafe` or `variant-damaged`.
    """

    __slots__ = ("_body", "_first", "_frame", "_rest", "_shared", "size")

    def __init__(self, variant: Variant, frame: MessageFrame, attached: bytes | None = None) -> None:
        self._frame = frame
        self._body = Body(variant, attached)
        self._first, rest = _shared_headers(variant, frame)
        self._rest = rest + self._body.head
        own = (b"date", b"to", b"message-id", b"list-unsubscribe", frame.idempotency_header.lower().encode())
        head = self._head(self._own(_SAMPLE))
        self._shared = SharedFields(head.removesuffix(b"\r\n\r\n"), own)
        # of a short message in octets; what is personal adds little
        self.size = len(head) + sum(map(len, self._body.write(_plain(_SAMPLE))))

    def build(self, personal: Personal) -> bytes:
        """Make the exact bytes to send to one reader, without a signature; see `write`."""
        return self.write(personal).message

    def write(self, personal: Personal) -> Unsigned:
        """Make the message of one reader, ready to be signed.

        Args:
            personal: what differs from reader to reader.

        Raises:
            AddressRefused: `mailbox-unusable`.
            Refused: `header-unsafe` or `message-unsafe` for a personal value that may not stand in a message.
        """
        own = self._own(personal)
        body = self._body.write(_plain(personal))
        # base64 is in relaxed form as it stands
        return Unsigned(self._head(own), body, body, self._shared.names, self._shared.with_own(own))

    def _own(self, personal: Personal) -> tuple[bytes, ...]:
        """The lines that no other message has."""
        if not _MESSAGE_ID.fullmatch(personal.message_id):
            raise Refused("header-unsafe", header="Message-ID")
        # every line is checked where it is made, and `prepare` has checked that no two have one name
        return (
            _date(int(personal.sent.timestamp())),
            header("To", Mailbox(personal.address, personal.display_name)),
            header("Message-ID", Literal(personal.message_id)),
            header("List-Unsubscribe", Uris((personal.unsubscribe_url, personal.unsubscribe_mailto))),
            header(self._frame.idempotency_header, Literal(personal.idempotency_key)),
        )

    def _head(self, own: Sequence[bytes]) -> bytes:
        date, *others = own
        return b"".join([date, self._first, *others, self._rest])


def prepare(variant: Variant, frame: MessageFrame, attached: bytes | None = None) -> Prepared:
    """Prepare a variant for sending and check a whole sample message of it, so that a bad one fails before the run.

    Args:
        variant: the signed-off rendering.
        frame: what the headers of all messages share.
        attached: the bytes of its attachment, None when it has none.

    Raises:
        Refused: `header-unsafe`, `message-unsafe` or `variant-damaged`.
    """
    prepared = Prepared(variant, frame, attached)
    headers.check_message(prepared.build(_SAMPLE))
    return prepared


def needs_smtputf8(address: str) -> bool:
    """Tell whether a relay must offer SMTPUTF8 for an address: only if its local part is outside ASCII (RFC 6531)."""
    return not address.rpartition("@")[0].isascii()


@lru_cache(maxsize=4)
def _date(second: int) -> bytes:
    """The line of a second: hundreds of messages share it."""
    return header("Date", Literal(format_datetime(datetime.fromtimestamp(second, _BEIJING))))


def _plain(personal: Personal) -> dict[Slot, str]:
    page, preferences = personal.unsubscribe_url, personal.preferences_url
    leave = headers.link(page)
    return {
        Slot.GREETING: headers.cut(headers.clean(personal.greeting), _LONGEST_GREETING),
        Slot.UNSUBSCRIBE_URL: leave,
        Slot.PREFERENCES_URL: leave if preferences == page else headers.link(preferences),
    }


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
