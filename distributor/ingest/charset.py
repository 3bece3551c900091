"""Bytes of a text file to characters, decoded once: BOM, then evidence of UTF-16/32, UTF-8, GB18030, statistics."""

import codecs
import re
from dataclasses import dataclass
from typing import Final

from charset_normalizer import from_bytes

from distributor.errors import FileRefused
from distributor.model.finding import Finding, Level

# longer marks first: the mark of UTF-32LE begins with that of UTF-16LE
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_WIDE: Final = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
# how much of a file is looked at for evidence; the whole is decoded only once
_SAMPLE: Final = 65_536
_PLAIN: Final = re.compile(r"[\t\n\r\f -~\u3000-\u303f\u4e00-\u9fff\uff00-\uffef\u2010-\u2027\u00b7]")
_IDEOGRAPH: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
# shares of characters that hold for running Chinese or western text, and not for bytes read the wrong way
_PLAIN_SHARE: Final = 0.9
_COMMON_SHARE: Final = 0.7
_DAMAGED_SHARE: Final = 0.02


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text file as characters.

    Args:
        text: without byte order mark.
        encoding: the codec that was used.
        findings: damaged or truncated text, a guessed encoding.
    """

    text: str
    encoding: str
    findings: tuple[Finding, ...] = ()


def decode(data: bytes) -> Decoded:
    """Decode a text file once.

    The order: byte order mark, UTF-16/32 without mark by evidence, strict UTF-8, strict GB18030, either of them
    with a few damaged bytes, charset-normalizer.

    Raises:
        FileRefused: no encoding gives readable text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _tolerant(data[len(mark) :], encoding)
    found = _wide(data) or _strict(data, "utf-8") or _gb18030(data) or _damaged(data) or _guessed(data)
    if found is None:
        raise FileRefused("unknown-encoding")
    return found


def common_share(text: str) -> float:
    """Measure which share of the ideographs is in everyday use (GB/T 2312, level 1); 1.0 without ideographs.

    Running text has 0.95 and more, bytes read in a wrong encoding well below 0.6.
    """
    ideographs = _IDEOGRAPH.findall(text)
    if not ideographs:
        return 1.0
    return sum(_everyday(character) for character in ideographs) / len(ideographs)


def _everyday(character: str) -> bool:
    code = character.encode("gb2312", "ignore")
    return len(code) == 2 and 0xB0 <= code[0] <= 0xD7  # noqa: PLR2004  rows 16 to 55 are level 1


def looks_wide(data: bytes) -> bool:
    """Tell whether bytes are UTF-16 or UTF-32, marked or by evidence."""
    return any(data.startswith(mark) for mark, encoding in _MARKS if encoding in _WIDE) or _wide(data) is not None


def _wide(data: bytes) -> Decoded | None:
    # Chinese UTF-16 has few zero bytes or none, western UTF-16 has them in every second place
    for encoding in _WIDE:
        text = _try(data[:_SAMPLE], encoding, final=False)
        if text and _is_plain(text):
            return _tolerant(data, encoding)
    return None


def _is_plain(text: str) -> bool:
    plain = len(_PLAIN.findall(text)) / len(text)
    return plain > _PLAIN_SHARE and common_share(text) > _COMMON_SHARE


def _try(data: bytes, encoding: str, *, final: bool = True) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data, final=final)
    except UnicodeDecodeError:
        return None


def _strict(data: bytes, encoding: str) -> Decoded | None:
    text = _try(data, encoding)
    return None if text is None else Decoded(text, encoding)


def _gb18030(data: bytes) -> Decoded | None:
    found = _strict(data, "gb18030")
    return found if found and common_share(found.text[:_SAMPLE]) > _COMMON_SHARE else None


def _damaged(data: bytes) -> Decoded | None:
    for encoding in ("utf-8", "gb18030"):
        found = _tolerant(data, encoding)
        broken = found.text.count("\ufffd")
        if broken <= max(1, len(found.text) * _DAMAGED_SHARE) and common_share(found.text[:_SAMPLE]) > _COMMON_SHARE:
            return found
    return None


def _tolerant(data: bytes, encoding: str) -> Decoded:
    # a file cut off in the middle of a character loses that character only
    text = data.decode(encoding, "replace")
    findings = []
    if text.endswith("\ufffd") and _try(data, encoding, final=False) is not None:
        text = text.rstrip("\ufffd")
        findings.append(Finding(Level.WARNING, "truncated-text", None, {}))
    return Decoded(text, encoding, tuple(findings))


def _guessed(data: bytes) -> Decoded | None:
    best = from_bytes(data[:_SAMPLE]).best()
    encoding = best.encoding if best else "gb18030"
    text = data.decode(encoding, "replace")
    if text.count("\ufffd") > len(text) * _DAMAGED_SHARE:
        return None
    return Decoded(text, encoding, (Finding(Level.INFO, "encoding-guessed", None, {"encoding": encoding}),))
