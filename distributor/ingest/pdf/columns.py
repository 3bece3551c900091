"""Reading order of a page: bands of columns are found by the empty strip between them and read one after the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from distributor.ingest.pdf.rows import Fragment

Row = tuple[Fragment, ...]

_FEWEST_LINES: Final = 3
# shares of the width of the text
_LEFTMOST: Final = 0.2
_RIGHTMOST: Final = 0.85
_NARROWEST: Final = 0.2
# share of the width of a column that its lines fill; the entries of a list leave more empty
_FILLED: Final = 0.55
# share of the lines in whose order the file agrees
_IN_STREAM: Final = 0.7
_GUTTER: Final = 0.6
_SAME_EDGE: Final = 2.0
_DEEPEST: Final = 3
# more rows than fit on a page are no text in columns, and looking for some would take long
_MOST_ROWS: Final = 400


@dataclass(frozen=True, slots=True)
class _Band:
    first: int
    last: int
    left: tuple[Fragment, ...]
    right: tuple[Fragment, ...]

    @property
    def weight(self) -> int:
        return len(self.left) + len(self.right)


def reading_order(rows: list[Row], depth: int = 0) -> list[Row]:
    """Put rows into the order a person reads them: the columns of a band one after the other.

    Args:
        rows: from top to bottom.
        depth: how often the text was already divided.
    """
    best = _best_bands(rows) if depth < _DEEPEST and len(rows) <= _MOST_ROWS else []
    ordered: list[Row] = []
    begin = 0
    for band in best:
        ordered += rows[begin : band.first]
        ordered += reading_order(_side(rows, band, band.left), depth + 1)
        ordered += reading_order(_side(rows, band, band.right), depth + 1)
        begin = band.last + 1
    return ordered + rows[begin:]


def _side(rows: list[Row], band: _Band, fragments: tuple[Fragment, ...]) -> list[Row]:
    mine = set(map(id, fragments))
    parts = (tuple(f for f in row if id(f) in mine) for row in rows[band.first : band.last + 1])
    return [part for part in parts if part]


def _best_bands(rows: list[Row]) -> list[_Band]:
    """The bands of the gutter that orders most lines."""
    choices = [list(_bands(rows, edge)) for edge in _edges(rows)]
    return max(choices, key=lambda bands: sum(band.weight for band in bands), default=[])


def _edges(rows: list[Row]) -> Iterator[float]:
    """Left edges several lines share, somewhere in the middle of the text."""
    fragments = [fragment for row in rows for fragment in row]
    if not fragments:
        return
    begin = min(f.left for f in fragments)
    width = max(f.right for f in fragments) - begin
    lefts = sorted(f.left for f in fragments if _LEFTMOST * width < f.left - begin < _RIGHTMOST * width)
    start = 0
    for index in range(1, len(lefts) + 1):
        if index == len(lefts) or lefts[index] - lefts[index - 1] > _SAME_EDGE:
            if index - start >= _FEWEST_LINES:
                yield lefts[start]
            start = index


def _bands(rows: list[Row], edge: float) -> Iterator[_Band]:
    first: int | None = None
    for index, row in enumerate([*rows, ()]):
        ends = not row or any(f.left < edge - _SAME_EDGE and f.right > edge - _GUTTER * f.size for f in row)
        if not ends and first is None:
            first = index
        elif ends and first is not None:
            band = _trimmed(rows, first, index - 1, edge)
            if band is not None and _are_columns(band, edge):
                yield band
            first = None


def _trimmed(rows: list[Row], first: int, last: int, edge: float) -> _Band | None:
    """Leave rows out at both ends that the stream puts outside the columns: footers below, date lines above."""
    while True:
        left, right = _divide(rows[first : last + 1], edge)
        if not left or not right:
            return None
        if _stands_below(rows[last], right, edge):
            last -= 1
        elif _stands_above(rows[first], left, edge):
            first += 1
        else:
            return _Band(first, last, left, right)


def _stands_below(row: Row, right: tuple[Fragment, ...], edge: float) -> bool:
    # the file writes the left part of this row after the right column
    above = [f.order for f in right if f not in row]
    return bool(above) and any(f.left < edge - _SAME_EDGE and f.order > max(above) for f in row)


def _stands_above(row: Row, left: tuple[Fragment, ...], edge: float) -> bool:
    # the file writes the right part of this row before it goes on with the left
    below = [f.order for f in left if f not in row]
    return bool(below) and any(f.left >= edge - _SAME_EDGE and f.order < min(below) for f in row)


def _divide(rows: list[Row], edge: float) -> tuple[tuple[Fragment, ...], tuple[Fragment, ...]]:
    fragments = [fragment for row in rows for fragment in row]
    left = tuple(f for f in fragments if f.left < edge - _SAME_EDGE)
    return left, tuple(f for f in fragments if f.left >= edge - _SAME_EDGE)


def _are_columns(band: _Band, edge: float) -> bool:
    if min(len(band.left), len(band.right)) < _FEWEST_LINES:
        return False
    begin = min(f.left for f in band.left)
    width = max(f.right for f in band.right) - begin
    overlap = min(s[-1].baseline for s in (band.left, band.right)) - max(s[0].baseline for s in (band.left, band.right))
    if overlap <= 0 or not _in_stream(band):
        return False
    return _usual_width(band.left) > _FILLED * (edge - begin) and _usual_width(band.right) > _NARROWEST * width


def _usual_width(side: tuple[Fragment, ...]) -> float:
    """Width of a full line of running text on a side: three quarters of its lines are no wider."""
    widths = sorted(f.right - f.left for f in side)
    return widths[len(widths) * 3 // 4]


def _in_stream(band: _Band) -> bool:
    """Tell whether the file writes the left column before the right one; the cells of a table come row by row."""
    pairs = [(a, b) for a in band.left for b in band.right if a.baseline > b.baseline + b.size]
    return not pairs or sum(a.order < b.order for a, b in pairs) >= _IN_STREAM * len(pairs)
