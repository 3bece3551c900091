"""Text files, and what extractors and Word save as text, to lines."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from distributor.ingest.assemble import UnseenCount, assemble, check_amount
from distributor.ingest.charset import Decoded, decode
from distributor.ingest.damage import damage_findings
from distributor.model.finding import Finding
from distributor.model.lines import Form, Line, Source
from distributor.text import Unseen, fold_radicals, remove_unseen

# never str.splitlines, which also splits at VT, FS, GS, RS, NEL, U+2028 and U+2029
_LINE_END: Final = re.compile(r"\r\n|\r|\n|\f")


_RARE_ENDS: Final = ("\x85", "\u2028", "\u2029", "\x0b", "\x1e")


class _Piece(NamedTuple):
    start: int
    text: str
    page: int


def read_text(data: bytes) -> Source:
    """Read the bytes of a text file; a form feed starts a page.

    Raises:
        FileRefused: the encoding cannot be told, or there is no visible character.
    """
    return lines_of(decode(data))


def lines_of(decoded: Decoded) -> Source:
    """Split decoded text into lines at CR LF, CR and LF, and at the form feed of a page, control characters gone."""
    check_amount(len(decoded.text), len(_LINE_END.findall(decoded.text)))
    text, removed = remove_unseen(fold_radicals(_with_usual_ends(decoded.text)))
    pieces = tuple(_pieces(text))
    paged = "\f" in text
    source = assemble(Form.TEXT, (Line(0, piece.text, page=piece.page if paged else None) for piece in pieces))
    # text that is cut off is cut off in its last line
    decoding = (replace(f, line=len(pieces)) if f.code == "truncated-text" else f for f in decoded.findings)
    findings = (*_unseen(pieces, removed), *decoding, *damage_findings(source.lines))
    return replace(source, findings=findings)


def _with_usual_ends(text: str) -> str:
    """Line ends of a file that has none but rare ones (vertical tabs, NEL, U+2028), made usual."""
    if _LINE_END.search(text.rstrip()):
        return text
    rare = max(_RARE_ENDS, key=text.count)
    return text.replace(rare, "\n") if text.count(rare) > 1 else text


def _pieces(text: str) -> Iterator[_Piece]:
    start, page = 0, 1
    for end in _LINE_END.finditer(text):
        feed = end[0] == "\f"
        # a form feed that follows a line end begins a page and ends no line
        if not feed or end.start() > start:
            yield _Piece(start, text[start : end.start()], page)
        start = end.end()
        page += feed
    if start < len(text):
        yield _Piece(start, text[start:], page)


def _unseen(pieces: tuple[_Piece, ...], removed: tuple[Unseen, ...]) -> tuple[Finding, ...]:
    counter = UnseenCount()
    starts = [piece.start for piece in pieces]
    for unseen in removed:
        counter.add(unseen.kind, max(1, bisect_right(starts, unseen.offset)), unseen.count)
    return counter.findings()
