"""Letters: mails to one person that are no bulletin, from their templates to the bytes."""

from binascii import b2a_base64
from dataclasses import dataclass, fields
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from functools import cache

from css_inline import CSSInliner

from distributor.compose import headers
from distributor.compose.headers import Literal, Mailbox, Text, Uris, header
from distributor.compose.messages_subscribers import LetterContext
from distributor.i18n import DEFAULT_LANGUAGE
from distributor.model.message import Sender, Variant
from distributor.templating import html_environment, render, text_environment

_BEIJING = timezone(timedelta(hours=8))
_LINE = 57


@dataclass(frozen=True, slots=True)
class LetterFrame:
    """What stands in the head of one letter.

    Args:
        sender: whose name it carries.
        address: the one recipient.
        message_id: Message-ID with angle brackets, the same on every attempt.
        sent: moment of sending, with its zone.
        leave_url: https address that takes the one-click POST (RFC 8058), or None.
    """

    sender: Sender
    address: str
    message_id: str
    sent: datetime
    leave_url: str | None = None


def render_letter(context: LetterContext, language: str = DEFAULT_LANGUAGE) -> Variant:
    """Render a letter.

    Args:
        context: everything its templates may use.
        language: one of i18n.LANGUAGES.
    """
    values = {field.name: getattr(context, field.name) for field in fields(context)}
    folder = f"mail/{context.kind}"
    subject = render(text_environment(), f"{folder}/subject.txt", language, values)
    text = render(text_environment(), f"{folder}/body.txt", language, values)
    page = _inliner().inline(render(html_environment(), f"{folder}/body.html", language, values))
    return Variant(headers.clean(subject), page, text.strip("\n") + "\n")


def build_letter(variant: Variant, frame: LetterFrame) -> bytes:
    """Make the bytes of a letter, to be signed and sent.

    Args:
        variant: the rendered words.
        frame: what stands in its head.

    Raises:
        AddressRefused: `mailbox-unusable`.
        Refused: `header-unsafe` or `message-unsafe`.
    """
    boundary = f"=_{variant.hash[:32]}"
    head = (
        header("Date", Literal(format_datetime(frame.sent.astimezone(_BEIJING)))),
        header("From", Mailbox(frame.sender.address, frame.sender.name)),
        header("Subject", Text(variant.subject)),
        header("To", Mailbox(frame.address)),
        header("Message-ID", Literal(frame.message_id)),
        header("Reply-To", Mailbox(frame.sender.reply_to, frame.sender.name)),
        *_leaving(frame.leave_url),
        header("Auto-Submitted", Literal("auto-generated")),
        header("X-Auto-Response-Suppress", Literal("OOF, AutoReply")),
        header("MIME-Version", Literal("1.0")),
    )
    message = b"".join((*head, *_body(variant, boundary)))
    headers.check_message(message)
    return message


def _leaving(url: str | None) -> tuple[bytes, ...]:
    if url is None:
        return ()
    one_click = header("List-Unsubscribe-Post", Literal("List-Unsubscribe=One-Click"))
    return header("List-Unsubscribe", Uris((url,))), one_click


def _body(variant: Variant, boundary: str) -> tuple[bytes, ...]:
    if variant.html is None:
        return _part("plain"), _base64(variant.text)
    return (
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'.encode(),
        f"--{boundary}\r\n".encode(),
        _part("plain"),
        _base64(variant.text),
        f"--{boundary}\r\n".encode(),
        _part("html"),
        _base64(variant.html),
        f"--{boundary}--\r\n".encode(),
    )


def _part(subtype: str) -> bytes:
    return f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n'.encode()


def _base64(words: str) -> bytes:
    data = words.replace("\r\n", "\n").replace("\n", "\r\n").encode()
    starts = range(0, len(data), _LINE)
    return b"".join(b2a_base64(data[at : at + _LINE], newline=False) + b"\r\n" for at in starts)


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(load_remote_stylesheets=False, minify_css=True)
