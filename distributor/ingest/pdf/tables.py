"""Ruled tables of a PDF page: which characters stand in which cell."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from distributor.ingest.pdf.glyphs import Glyph, Stroke
from distributor.model.lines import PageSize

# the two edges of a thin bar are one rule, in points
_SAME_RULE: Final = 2.5
_TOUCHING: Final = 3.0
# where the middle of a character is, above its baseline, as a share of its size
_MIDDLE: Final = 0.35
# a cell larger than this share of the page is the frame of the page
_FRAME_WIDTH: Final = 0.7
_FRAME_HEIGHT: Final = 0.5
_MOST_CELLS: Final = 400
_FEWEST_CELLS: Final = 2


class Cell(NamedTuple):
    """The rules around a cell."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table.

    Args:
        cells: in reading order, row by row.
        places: row and column of each cell, 0-based.
        glyphs: the characters of each cell.
    """

    cells: tuple[Cell, ...]
    places: tuple[tuple[int, int], ...]
    glyphs: tuple[tuple[Glyph, ...], ...]

    @property
    def top(self) -> float:
        """Upper edge."""
        return min(cell.top for cell in self.cells)

    @property
    def left(self) -> float:
        """Left edge."""
        return min(cell.left for cell in self.cells)

    @property
    def right(self) -> float:
        """Right edge."""
        return max(cell.right for cell in self.cells)


def find_tables(
    glyphs: Sequence[Glyph], strokes: Iterable[Stroke], size: PageSize
) -> tuple[list[Table], Sequence[Glyph]]:
    """Tell the characters in the cells of ruled tables from the running text.

    Args:
        glyphs: characters of a page.
        strokes: its horizontal and vertical lines.
        size: of the page.

    Returns:
        The tables from top to bottom, and the characters that stand in none.
    """
    grid = _Grid(strokes)
    if not grid.rules_cells:
        return [], glyphs
    held: dict[Cell, list[Glyph]] = {}
    for glyph in glyphs:
        cell = grid.cell_around((glyph.left + glyph.right) / 2, glyph.baseline - glyph.face.size * _MIDDLE)
        if cell is not None and not _frames(cell, size):
            held.setdefault(cell, []).append(glyph)
    if len(held) > _MOST_CELLS:
        return [], glyphs
    filled = [cell for cell, inside in held.items() if any(g.text.strip() for g in inside)]
    tables = [_table(group, held) for group in _groups(filled) if len(group) >= _FEWEST_CELLS]
    taken = {glyph.order for table in tables for inside in table.glyphs for glyph in inside}
    return sorted(tables, key=lambda t: t.top), [glyph for glyph in glyphs if glyph.order not in taken]


class _Grid:
    """The rules of a page, snapped to common coordinates."""

    def __init__(self, strokes: Iterable[Stroke]) -> None:
        strokes = list(strokes)
        xs = _snapped(s.x0 for s in strokes if s.x1 - s.x0 <= _SAME_RULE)
        ys = _snapped(s.y0 for s in strokes if s.y1 - s.y0 <= _SAME_RULE)
        self._upright = sorted({(xs[s.x0], s.y0, s.y1) for s in strokes if s.x1 - s.x0 <= _SAME_RULE})
        self._level = sorted({(ys[s.y0], s.x0, s.x1) for s in strokes if s.y1 - s.y0 <= _SAME_RULE})
        self.rules_cells = len({x for x, _, _ in self._upright}) > 1 and len({y for y, _, _ in self._level}) > 1
        self._columns: dict[float, list[float]] = {}
        self._cells: dict[tuple[float, float, float], Cell | None] = {}

    def cell_around(self, x: float, y: float) -> Cell | None:
        """The cell around a point; None where rules are missing on a side."""
        key = round(y, 1)
        if key not in self._columns:
            reach = _TOUCHING
            self._columns[key] = sorted({at for at, y0, y1 in self._upright if y0 - reach <= y <= y1 + reach})
        left, right = _between(self._columns[key], x)
        if left is None or right is None:
            return None
        if (key, left, right) not in self._cells:
            self._cells[key, left, right] = self._enclosed(left, right, y)
        return self._cells[key, left, right]

    def _enclosed(self, left: float, right: float, y: float) -> Cell | None:
        middle = (left + right) / 2
        top, bottom = _between(sorted({at for at, x0, x1 in self._level if x0 <= middle <= x1}), y)
        return None if top is None or bottom is None else Cell(left, top, right, bottom)


def _between(values: list[float], value: float) -> tuple[float | None, float | None]:
    index = bisect_right(values, value)
    return (values[index - 1] if index else None), (values[index] if index < len(values) else None)


def _snapped(values: Iterable[float]) -> dict[float, float]:
    snapped: dict[float, float] = {}
    start = last = float("-inf")
    for value in sorted(set(values)):
        if value - last > _SAME_RULE:
            start = value
        snapped[value], last = start, value
    return snapped


def _frames(cell: Cell, size: PageSize) -> bool:
    wide, high = cell.right - cell.left, cell.bottom - cell.top
    return wide > size.width * _FRAME_WIDTH and high > size.height * _FRAME_HEIGHT


def _groups(cells: list[Cell]) -> list[list[Cell]]:
    """Cells that touch, directly or through others."""
    groups: list[list[Cell]] = []
    for cell in cells:
        near = [group for group in groups if any(_touch(cell, other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([cell, *(other for group in near for other in group)])
    return groups


def _touch(one: Cell, other: Cell) -> bool:
    across = one.left <= other.right + _TOUCHING and other.left <= one.right + _TOUCHING
    down = one.top <= other.bottom + _TOUCHING and other.top <= one.bottom + _TOUCHING
    return across and down


def _table(group: list[Cell], held: dict[Cell, list[Glyph]]) -> Table:
    cells = sorted(group, key=lambda cell: (cell.top, cell.left))
    tops = {top: rank for rank, top in enumerate(sorted({cell.top for cell in cells}))}
    lefts = {left: rank for rank, left in enumerate(sorted({cell.left for cell in cells}))}
    places = tuple((tops[cell.top], lefts[cell.left]) for cell in cells)
    return Table(tuple(cells), places, tuple(tuple(held[cell]) for cell in cells))
