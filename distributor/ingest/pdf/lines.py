"""From rows of fragments to lines of text: blanks where a reader sees one, style of most characters, box."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from distributor.ingest.pdf.glyphs import Face, Glyph
from distributor.ingest.pdf.rows import WIDE_GAP, Fragment, merged
from distributor.ingest.symbols import fold_symbols
from distributor.model.lines import Box, Line, Style
from distributor.text import is_western

# shares of the font size
_WORD_GAP: Final = 0.17
_BLANK: Final = 0.5
_EVEN: Final = 0.35
_FEWEST_GAPS: Final = 2


def line_of(row: tuple[Fragment, ...], page: int) -> Line:
    """Make one line of the fragments of a row.

    Args:
        row: from left to right.
        page: 1-based.
    """
    whole = merged(row)
    text = fold_symbols("".join(_written(whole.glyphs)))
    box = Box(*(round(edge, 2) for edge in (whole.left, whole.top, whole.right, whole.bottom)))
    return Line(0, text, page=page, box=box, style=_style(whole.glyphs))


def _written(glyphs: tuple[Glyph, ...]) -> Iterator[str]:
    spaced = _is_letter_spaced(glyphs)
    last: Glyph | None = None
    blank = ""
    for glyph in glyphs:
        if not glyph.text.strip(" \u00a0"):
            blank = glyph.text
            continue
        yield _between(last, glyph, blank, spaced=spaced)
        yield glyph.text
        last, blank = glyph, ""
    yield blank


def _between(last: Glyph | None, glyph: Glyph, blank: str, *, spaced: bool) -> str:
    """The blanks between two characters: the file's own, several for a column gap, one between western words."""
    if last is None:
        return blank
    size = max(last.face.size, glyph.face.size)
    gap = (glyph.left - last.right) / size
    if gap > WIDE_GAP:
        return " " if spaced else " " * max(2, round(gap / _BLANK))
    words = gap > _WORD_GAP and is_western(last.text[-1]) and is_western(glyph.text[0])
    return blank or (" " if words else "")


def _is_letter_spaced(glyphs: tuple[Glyph, ...]) -> bool:
    """Tell whether a line is set with equal wide gaps between all its characters."""
    visible = [g for g in glyphs if g.text.strip()]
    gaps = [(b.left - a.right) / b.face.size for a, b in pairwise(visible)]
    if len(gaps) < _FEWEST_GAPS:
        return False
    mean = sum(gaps) / len(gaps)
    return mean > _BLANK and all(abs(gap - mean) <= _EVEN * mean for gap in gaps)


def _style(glyphs: tuple[Glyph, ...]) -> Style:
    weights: dict[Face, int] = {}
    for glyph in glyphs:
        if glyph.text.strip():
            weights[glyph.face] = weights.get(glyph.face, 0) + 1
    fonts: dict[tuple[str | None, float], int] = {}
    for face, weight in weights.items():
        fonts[face.font, face.size] = fonts.get((face.font, face.size), 0) + weight
    font, size = max(fonts, key=lambda key: fonts[key])
    bold = sum(weight for face, weight in weights.items() if face.bold)
    return Style(size=size, bold=bold * 2 > sum(weights.values()), font=font)
