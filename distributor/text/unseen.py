"""Characters nobody sees: control, invisible and bidirectional format characters are removed and counted."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class UnseenKind(StrEnum):
    """Why a character has no place in a bulletin."""

    CONTROL = "control"
    INVISIBLE = "invisible"
    BIDI = "bidi"


@dataclass(frozen=True, slots=True)
class Unseen:
    """A stretch of removed characters of one kind.

    Args:
        kind: why they were removed.
        offset: where they stood, in characters of the text that remains.
        count: how many.
    """

    kind: UnseenKind
    offset: int
    count: int


# C0 without tab, line feed, form feed and return; DEL; C1 with NEL; line and paragraph separator; annotation marks,
# object replacement; lone surrogates; noncharacters
_CONTROL: Final = (
    "\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u2028\u2029\ufff9-\ufffc\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
)
# overrides, embeddings, isolates and marks (UAX 9), and the deprecated format characters beside them
_BIDI: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"
# soft hyphen, zero width space and joiners, byte order mark, fillers that draw nothing, tags
_INVISIBLE: Final = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200d\u2060-\u2064\u3164\ufeff\uffa0\U000e0000-\U000e007f"
)
# a variation selector chooses the shape of the character before it (a rare ideograph in a name); without one it is void
_SELECTOR: Final = "\u180b-\u180d\ufe00-\ufe0f\U000e0100-\U000e01ef"
_STRAY_SELECTOR: Final = f"(?:(?<![^\\s{_SELECTOR}{_INVISIBLE}{_BIDI}{_CONTROL}])[{_SELECTOR}])"

_UNSEEN: Final = re.compile(
    f"(?P<control>[{_CONTROL}]+)|(?P<bidi>[{_BIDI}]+)|(?P<invisible>(?:[{_INVISIBLE}]|{_STRAY_SELECTOR})+)"
)
# a removed separator between two western words leaves a blank, so that the words stay apart
_SEPARATORS: Final = frozenset("\x0b\x1c\x1d\x1e\x1f\x85\u2028\u2029")
_WORD: Final = re.compile(r"[!-~\u00c0-\u024f]")


def unseen_in(text: str) -> bool:
    """Tell whether a text holds any character `remove_unseen` would remove."""
    return _UNSEEN.search(text) is not None


def remove_unseen(text: str) -> tuple[str, tuple[Unseen, ...]]:
    """Remove control, invisible and bidirectional format characters; tab, line feed, form feed and return stay.

    Returns:
        The text that remains, and what was removed, in order. A separator (VT, FS, NEL, U+2028 …) between two
        western words leaves one blank. Removing a second time removes nothing.
    """
    kept: list[str] = []
    removed: list[Unseen] = []
    length = end = 0
    for match in _UNSEEN.finditer(text):
        piece = text[end : match.start()] + _blank_for(match)
        kept.append(piece)
        length += len(piece)
        end = match.end()
        removed.append(Unseen(UnseenKind(str(match.lastgroup)), length, len(match[0])))
    kept.append(text[end:])
    return "".join(kept), tuple(removed)


def _blank_for(match: re.Match[str]) -> str:
    before, after = match.string[max(match.start() - 1, 0) : match.start()], match.string[match.end() : match.end() + 1]
    apart = _WORD.match(before) and _WORD.match(after) and not _SEPARATORS.isdisjoint(match[0])
    return " " if apart else ""
