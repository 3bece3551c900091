"""A mail that came back, taken apart: fields, texts and returned headers, whatever its sender did to it."""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from itertools import islice
from typing import Final

from distributor.deliver.replies import decode_reply, tidy

# what a report says stands at its beginning; a returned mail behind it may be long
_MOST_BYTES: Final = 1024 * 1024
_MOST_PARTS: Final = 60
_MOST_TEXT: Final = 64 * 1024
_MOST_BLOCKS: Final = 200
_FIELD: Final = re.compile(r"([!-9;-~]{1,80})[ \t]*:[ \t]*(.*)")
_RETURNED: Final = frozenset(
    {
        "message/rfc822",
        "message/global",
        "message/global-headers",
        "message/rfc822-headers",
        "text/rfc822-headers",
        "text/rfc822",
    }
)
_STATUS: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})
_FEEDBACK: Final = "message/feedback-report"

Fields = dict[str, str]


class Parts:
    """The parts of one mail; reading them never raises.

    Args:
        data: its bytes.
    """

    def __init__(self, data: bytes) -> None:
        self.fields: Fields = {}
        self.recipients: list[str] = []
        self.statuses: list[list[Fields]] = []
        self.feedback: list[Fields] = []
        self.returned: list[Fields] = []
        self.texts: list[str] = []
        try:
            self._read(BytesParser(policy=policy.compat32).parsebytes(data[:_MOST_BYTES]))
        except (RecursionError, ValueError, LookupError, AssertionError, TypeError, AttributeError, IndexError):
            # what the parser of the library cannot bear is no report; what was read before counts
            return

    def _read(self, mail: Message) -> None:
        self.fields = fields_of(mail)
        named = ("to", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-rcpt-to")
        self.recipients = [value for name, value in _fields(mail) if name in named]
        inside: set[int] = set()
        for part in islice(mail.walk(), _MOST_PARTS):
            if id(part) in inside:
                continue
            kind = part.get_content_type()
            if kind in _STATUS or kind == _FEEDBACK or kind in _RETURNED:
                # what stands in a returned mail is not said by the report
                inside |= {id(inner) for inner in islice(part.walk(), 10 * _MOST_PARTS)}
            self._take(part, kind)

    def _take(self, part: Message, kind: str) -> None:
        if kind in _STATUS:
            self.statuses.append(_blocks(_source(part)))
        elif kind == _FEEDBACK:
            self.feedback += _blocks(_source(part))[:1]
        elif kind in _RETURNED:
            self.returned.append(_headers(part))
        elif part.get_content_maintype() == "text":
            self.texts.append(_text(part))


def fields_of(mail: Message) -> Fields:
    """Give the first value of each header by its name in lower case, decoded, on one line."""
    return dict(reversed(list(_fields(mail))))


def _fields(mail: Message) -> Iterator[tuple[str, str]]:
    for name, value in islice(mail.raw_items(), _MOST_BLOCKS):
        yield name.lower(), decode_field(str(value))


def decode_field(value: str) -> str:
    """Decode a header: encoded-words (RFC 2047), also with raw octets of any charset between them.

    Args:
        value: as the parser gives it, octets beyond ASCII as surrogates.
    """
    if not value.isascii():
        return decode_reply(value.encode("utf-8", "surrogateescape"))
    if "=?" not in value:
        return tidy(value)
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError, binascii.Error):
        return tidy(value)
    return tidy(
        "".join(piece if isinstance(piece, str) else decode_octets(piece, charset) for piece, charset in pieces)
    )


def decode_octets(octets: bytes, charset: str | None) -> str:
    """Decode octets by the charset they claim, else UTF-8, else GB18030 (providers in China).

    Args:
        octets: the octets.
        charset: what they claim to be, or None.
    """
    claimed = "gb18030" if charset and charset.lower() in {"gb2312", "gbk", "x-gbk", "cp936"} else charset
    for encoding in (claimed, "utf-8", "gb18030"):
        try:
            return octets.decode(encoding) if encoding else octets.decode("ascii")
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return octets.decode("utf-8", "replace")


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    octets = payload[: 4 * _MOST_TEXT] if isinstance(payload, bytes) else b""
    text = decode_octets(octets, part.get_content_charset())[:_MOST_TEXT]
    return _without_tags(text) if part.get_content_subtype() == "html" else text


def _without_tags(html: str) -> str:
    """Make lines of HTML, enough to find words in."""
    for name in ("style", "script", "head"):
        html = _without(name, html)
    html = re.sub(r"(?i)<(br|/p|/div|/tr|/li|/h\d)\b[^<>]{0,200}>", "\n", html)
    html = re.sub(r"<[^<>]{0,2000}>", " ", html)
    return html.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _without(name: str, html: str) -> str:
    """Take elements away whose text nobody reads; one that is never closed goes to the end."""
    pieces: list[str] = []
    rest = html
    while True:
        lower = rest.lower()
        begin = lower.find(f"<{name}")
        if begin < 0:
            return "".join([*pieces, rest])
        pieces.append(rest[:begin])
        end = lower.find(f"</{name}>", begin)
        if end < 0:
            return "".join(pieces)
        rest = rest[end + len(name) + 3 :]


def _headers(part: Message) -> Fields:
    """Read the headers of a mail that was returned, as a whole or in part."""
    payload = part.get_payload()
    if isinstance(payload, list) and payload and not _coding(part):
        inner = payload[0]
        found = fields_of(inner) if isinstance(inner, Message) else {}
        if found:
            return found
    return fields_of(BytesHeaderParser(policy=policy.compat32).parsebytes(_source(part)))


def _coding(part: Message) -> str:
    coding = decode_field(str(part.get("content-transfer-encoding", ""))).lower()
    return coding if coding in {"base64", "quoted-printable"} else ""


def _source(part: Message) -> bytes:
    """Give the octets of a part of type message/*, which the parser has taken for mails, coded or not."""
    coding, payload = _coding(part), part.get_payload()
    # in what is coded, the parser found headers where there are none
    gap = b"" if coding else b"\n"
    if isinstance(payload, list):
        octets = b"\n".join(_octets(block, gap) for block in payload[:_MOST_BLOCKS])
    else:
        octets = _own(part)
    try:
        if coding == "base64":
            return base64.b64decode(octets)
        return quopri.decodestring(octets) if coding else octets
    except (binascii.Error, ValueError):
        return octets


def _octets(block: object, gap: bytes) -> bytes:
    if not isinstance(block, Message):
        return b""
    lines = "".join(f"{name}: {value}\n" for name, value in block.raw_items()).encode("utf-8", "surrogateescape")
    return lines + (gap if lines else b"") + _own(block)


def _own(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _blocks(octets: bytes) -> list[Fields]:
    """Read groups of fields with empty lines between them (RFC 3464 §2.1)."""
    text = decode_octets(octets[:_MOST_BYTES], None).replace("\r\n", "\n")
    blocks: list[Fields] = []
    for group in re.split(r"\n[ \t]*\n", text)[:_MOST_BLOCKS]:
        fields: Fields = {}
        for line in re.sub(r"\n[ \t]+", " ", group).split("\n"):
            match = _FIELD.match(line)
            if match is not None:
                fields.setdefault(match.group(1).lower(), decode_field(match.group(2)))
        if fields:
            blocks.append(fields)
    return blocks
