"""Reading what relays answer: UTF-8 or GB18030, one line, nothing a log or a database would choke on."""

import re
from typing import Final

# RFC 5321 §4.5.3.1.5 allows 512 octets a line; long stories of several lines are cut
_LONGEST: Final = 600
_STATUS: Final = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")


def decode_reply(raw: bytes) -> str:
    """Decode an answer: UTF-8, else GB18030 (providers in China), else with replacement characters.

    Args:
        raw: the text of the reply as received, without code.
    """
    for encoding in ("utf-8", "gb18030"):
        try:
            return tidy(raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    return tidy(raw.decode("utf-8", "replace"))


def redecode(text: str) -> str:
    """Decode an answer that aiosmtplib has already decoded as UTF-8 with surrogates for what it could not read.

    Args:
        text: the text with surrogates.
    """
    return decode_reply(text.encode("utf-8", "surrogateescape"))


def tidy(text: str) -> str:
    """Put a text on one line without control characters, cut to a length that fits a column and a log."""
    text = text.strip()
    printable = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    line = " ".join(printable.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def enhanced_status(text: str) -> str | None:
    """Find the enhanced status code in an answer or a report (RFC 3463), for example `5.1.1`.

    Args:
        text: the decoded answer.
    """
    match = _STATUS.search(text)
    return match.group(0) if match else None
