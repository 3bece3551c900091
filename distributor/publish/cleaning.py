"""Text that may stand in XML, HTML and JSON, whatever it came from."""

import re
from typing import Final

# breaks that other programs write for a new line: CR LF, CR, VT, FF, NEL, line and paragraph separator
_BREAKS: Final = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# what XML 1.0 forbids (production 2) or advises against: controls, lone surrogates, noncharacters
_FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)
_BLANKS: Final = re.compile("[ \t\n]+")


def legal(text: str) -> str:
    """Remove what XML 1.0 forbids or advises against (2.2, production 2 and its note); breaks become line feeds."""
    return _FORBIDDEN.sub("", _BREAKS.sub("\n", text))


def one_line(text: str) -> str:
    """Make a text legal and set it in one line: runs of ASCII blanks become one, none at the ends."""
    return _BLANKS.sub(" ", legal(text)).strip()


def excerpt(text: str, length: int) -> str:
    """Cut a text to a length in characters; an ellipsis stands for what was cut.

    Args:
        text: one line.
        length: longest result in characters, the ellipsis included.
    """
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
