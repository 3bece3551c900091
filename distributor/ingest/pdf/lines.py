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
# between Chinese and western characters programs leave up to a quarter em of their own
_CHINESE_GAP: Final = 0.3
_BLANK: Final = 0.5
_EVEN: Final = 0.35
_FEWEST_GAPS: Final = 2
_BLANKS: Final = " \u00a0"


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
    visible = [glyph for glyph in glyphs if glyph.text.strip(_BLANKS)]
    gaps = [_gap(one, other) for one, other in pairwise(visible)]
    spaced = _is_letter_spaced(gaps)
    usual = sorted(gaps)[len(gaps) // 2] if gaps else 0.0
    last: Glyph | None = None
    blank = ""
    for glyph in glyphs:
        if not glyph.text.strip(_BLANKS):
            blank = glyph.text
            continue
        yield blank if last is None else blanks_between(last, glyph, usual, spaced=spaced) or blank
        yield glyph.text
        last, blank = glyph, ""
    yield blank


def _gap(one: Glyph, other: Glyph) -> float:
    return (other.left - one.right) / max(one.face.size, other.face.size)


def blanks_between(one: Glyph, other: Glyph, usual: float, *, spaced: bool) -> str:
    """The blanks a reader sees between two neighbours on a line.

    Args:
        one: the character on the left.
        other: the next character.
        usual: the usual gap of the line, in em.
        spaced: whether the line is letter-spaced.

    Returns:
        Several blanks for the gap of a column or tab, one between words, none in normal setting.
    """
    gap = _gap(one, other)
    if gap > WIDE_GAP:
        return " " if spaced else " " * max(2, round(gap / _BLANK))
    words = is_western(one.text[-1]) and is_western(other.text[0])
    return " " if gap > (_WORD_GAP if words else usual + _CHINESE_GAP) else ""


def _is_letter_spaced(gaps: list[float]) -> bool:
    """Tell whether a line is set with equal wide gaps between all its characters."""
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
    known = sum(weight for face, weight in weights.items() if face.bold is not None)
    return Style(size=size, bold=bold * 2 > known if known else None, font=font)
