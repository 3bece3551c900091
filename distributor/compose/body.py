"""The body of a message: text, HTML and an attached file, all in base64 (RFC 2045, 2046, 2183)."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from distributor.compose import headers
from distributor.compose.headers import Literal, header
from distributor.compose.spliced import SplicedPart, lines
from distributor.errors import Refused
from distributor.model.message import Attachment, Slot, Variant

# Windows forbids these in names of files, and some of them mean something in a header
_NOT_IN_NAMES: Final = re.compile(r'[\\/:*?"<>|;]+')
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,60}")
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*")
_LONGEST_NAME: Final = 120
_LONGEST_ENDING: Final = 10
# with the name of the parameter in front no line is over 76 characters
_EXTENDED_CHUNK: Final = 50


@dataclass(frozen=True, slots=True)
class _Part:
    """A part with slots; in HTML what goes into them is escaped."""

    spliced: SplicedPart
    is_html: bool


class Body:
    """The body of all messages of one variant.

    Args:
        variant: the rendering.
        attached: the bytes of its attachment, None when it has none.

    Raises:
        Refused: `variant-damaged` when the bytes are not those that the variant names.
    """

    __slots__ = ("_pieces", "head")

    def __init__(self, variant: Variant, attached: bytes | None = None) -> None:
        boundary = f"=_{variant.hash[:32]}"
        # the header fields of the content, with the empty line
        self.head, pieces = _alternative(variant, boundary)
        if variant.attachment is not None:
            if attached is None or len(attached) != variant.attachment.size:
                raise Refused("variant-damaged")
            outer = f"=_m{variant.hash[32:]}"
            pieces = [
                f"--{outer}\r\n".encode() + self.head,
                *pieces,
                f"--{outer}\r\n".encode() + attachment_headers(variant.attachment) + b"\r\n" + lines(attached),
                f"--{outer}--\r\n".encode(),
            ]
            self.head = f'Content-Type: multipart/mixed;\r\n boundary="{outer}"\r\n\r\n'.encode()
        self._pieces = tuple(pieces)

    def write(self, values: Mapping[Slot, str]) -> list[bytes]:
        """Give the content in pieces; `head` stands before it.

        Args:
            values: what goes into each slot.
        """
        out: list[bytes] = []
        plain = {slot: value.encode() for slot, value in values.items()}
        escaped = {slot: _escaped(value) for slot, value in values.items()}
        for piece in self._pieces:
            if isinstance(piece, bytes):
                out.append(piece)
            else:
                piece.spliced.write(escaped if piece.is_html else plain, out)
        return out


def attachment_headers(attachment: Attachment) -> bytes:
    """Write the header fields of an attached file, its name in both ways that mail programs understand.

    `filename*` is the standard (RFC 2231, RFC 5987); older programs read an encoded-word in `name` (RFC 2047 forbids it
    there, and all of them write it).

    Args:
        attachment: the file.

    Raises:
        Refused: `header-unsafe` for a media type that is none.
    """
    if not _MEDIA_TYPE.fullmatch(attachment.media_type):
        raise Refused("header-unsafe", header="Content-Type")
    name = file_name(attachment.name)
    if _PLAIN_NAME.fullmatch(name):
        named, filed = f'name="{name}"', f'filename="{name}"'
    else:
        named = f'name="{headers.encoded_words("Content-Type", name)}"'
        filed = _extended("filename", name)
    written = (
        f"Content-Type: {attachment.media_type};\r\n {named}\r\n".encode(),
        header("Content-Transfer-Encoding", Literal("base64")),
        f"Content-Disposition: attachment;\r\n {filed}\r\n".encode(),
    )
    headers.check_head(b"".join(written))
    return b"".join(written)


def file_name(name: str) -> str:
    """Make a file name that every mail program can save: no folders, nothing unseen, not too long, with its ending."""
    words = _NOT_IN_NAMES.sub("_", headers.clean(name)).strip(". ") or "bulletin"
    if len(words) <= _LONGEST_NAME:
        return words
    stem, dot, ending = words.rpartition(".")
    if not stem or len(ending) > _LONGEST_ENDING:
        return words[:_LONGEST_NAME]
    return stem[: _LONGEST_NAME - len(ending) - 1] + dot + ending


def _extended(parameter: str, value: str) -> str:
    """Write a parameter in UTF-8, in as many lines as it needs (RFC 2231 §3, §4)."""
    chunks = [""]
    for character in value:
        # no character is parted: some programs decode each line by itself
        encoded = quote(character, safe="")
        if len(chunks[-1]) + len(encoded) > _EXTENDED_CHUNK:
            chunks.append("")
        chunks[-1] += encoded
    if len(chunks) == 1:
        return f"{parameter}*=utf-8''{chunks[0]}"
    numbered = [f"{parameter}*{place}*={chunk}" for place, chunk in enumerate(chunks)]
    numbered[0] = f"{parameter}*0*=utf-8''{chunks[0]}"
    return ";\r\n ".join(numbered)


@lru_cache(maxsize=8)
def _escaped(value: str) -> bytes:
    """A value for HTML; the link of a message often stands in several slots."""
    return html.escape(value).encode()


def _alternative(variant: Variant, boundary: str) -> tuple[bytes, list[bytes | _Part]]:
    text = _Part(SplicedPart(variant.text), is_html=False)
    if variant.html is None:
        return _text_headers("plain"), [text]
    head = f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'.encode()
    return head, [
        f"--{boundary}\r\n".encode() + _text_headers("plain"),
        text,
        f"--{boundary}\r\n".encode() + _text_headers("html"),
        _Part(SplicedPart(variant.html), is_html=True),
        f"--{boundary}--\r\n".encode(),
    ]


def _text_headers(subtype: str) -> bytes:
    return f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n'.encode()
