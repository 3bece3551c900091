"""The bytes of a mail of the house itself, which is no bulletin and belongs to no list."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from distributor.compose import headers
from distributor.compose.body import Body
from distributor.compose.headers import Literal, Mailbox, Text, header
from distributor.model.message import Sender, Variant


@dataclass(frozen=True, slots=True)
class NoticeFrame:
    """What stands in the head of such a mail.

    Args:
        sender: whose name it carries.
        address: the one recipient.
        message_id: Message-ID with angle brackets, the same on every attempt.
        sent: moment of sending, in the zone that is to be shown.
        language: BCP 47.
    """

    sender: Sender
    address: str
    message_id: str
    sent: datetime
    language: str


def build_notice(variant: Variant, frame: NoticeFrame) -> bytes:
    """Make the bytes, to be signed and sent.

    Args:
        variant: the rendered words, without slots.
        frame: what stands in its head.

    Raises:
        AddressRefused: `mailbox-unusable`.
        Refused: `header-unsafe` or `message-unsafe`.
    """
    pieces = [
        header("Date", Literal(format_datetime(frame.sent))),
        header("From", Mailbox(frame.sender.address, frame.sender.name)),
        header("Subject", Text(variant.subject)),
        header("To", Mailbox(frame.address)),
        header("Message-ID", Literal(frame.message_id)),
        header("Auto-Submitted", Literal("auto-generated")),
        header("X-Auto-Response-Suppress", Literal("OOF, AutoReply")),
        header("Content-Language", Literal(frame.language)),
        header("MIME-Version", Literal("1.0")),
    ]
    body = Body(variant)
    message = b"".join([*pieces, body.head, *body.write({})])
    headers.check_message(message, allow_utf8=not frame.address.isascii())
    return message
