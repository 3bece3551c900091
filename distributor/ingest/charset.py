"""Bytes of a text file to characters, decoded once: BOM, then evidence of UTF-16/32, UTF-8, GB18030, statistics."""

import codecs
import re
from dataclasses import dataclass
from functools import cache
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
_PLAIN: Final = re.compile(r"[\s -~\u3000-\u303f\u4e00-\u9fff\uff00-\uffef\u2010-\u2027\u2460-\u25ff\u00b7\ufffd]")
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
    # a zero byte is no letter in UTF-8 and GB18030, so UTF-16 is asked first where there are some
    first, second = (_wide, _utf8) if b"\0" in data else (_utf8, _wide)
    found = first(data) or second(data) or _gb18030(data) or _damaged(data) or _guessed(data)
    if found is None:
        raise FileRefused("unknown-encoding")
    return found


def common_share(text: str) -> float:
    """Measure which share of the ideographs is in everyday use, simplified or traditional; 1.0 without ideographs.

    Running text has 0.95 and more, bytes read in a wrong encoding about 0.3.
    """
    ideographs = _IDEOGRAPH.findall(text)
    if not ideographs:
        return 1.0
    everyday = _everyday()
    return sum(character in everyday for character in ideographs) / len(ideographs)


@cache
def _everyday() -> frozenset[str]:
    # GB/T 2312 rows 16 to 55 and Big5 from A440 to C67E: the first level of either standard
    simplified = (bytes((row + 0xA0, cell + 0xA0)) for row in range(16, 56) for cell in range(1, 95))
    trails = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
    traditional = (bytes((lead, trail)) for lead in range(0xA4, 0xC7) for trail in trails)
    return frozenset(b"".join(simplified).decode("gb2312", "ignore") + b"".join(traditional).decode("big5", "ignore"))


def looks_wide(data: bytes) -> bool:
    """Tell whether bytes are UTF-16 or UTF-32, marked or by evidence."""
    return any(data.startswith(mark) for mark, encoding in _MARKS if encoding in _WIDE) or _wide(data) is not None


def _wide(data: bytes) -> Decoded | None:
    # Chinese UTF-16 has few zero bytes or none, western UTF-16 has them in every second place
    for encoding in _WIDE:
        text = _try(data[:_SAMPLE], encoding, final=False)
        if text is not None and _is_plain(text):
            return _tolerant(data, encoding)
    return None


def _is_plain(text: str) -> bool:
    return len(_PLAIN.findall(text)) > len(text) * _PLAIN_SHARE and common_share(text) > _COMMON_SHARE


def _try(data: bytes, encoding: str, *, final: bool = True) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data, final=final)
    except UnicodeDecodeError:
        return None


def _utf8(data: bytes) -> Decoded | None:
    text = _try(data, "utf-8")
    return None if text is None else Decoded(text, "utf-8")


def _gb18030(data: bytes) -> Decoded | None:
    text = _try(data, "gb18030")
    return Decoded(text, "gb18030") if text is not None and _is_plain(text[:_SAMPLE]) else None


def _damaged(data: bytes) -> Decoded | None:
    for encoding in ("utf-8", "gb18030", "big5hkscs"):
        found = _tolerant(data, encoding)
        broken = found.text.count("\ufffd")
        if broken <= max(1, len(found.text) * _DAMAGED_SHARE) and _is_plain(found.text[:_SAMPLE]):
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
