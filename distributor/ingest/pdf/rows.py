"""Characters regrouped by baseline: rows of fragments, a fragment being text without a wide gap."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from distributor.ingest.pdf.glyphs import Glyph

# shares of the font size
_SAME_BASELINE: Final = 0.12
_SCRIPT_SIZE: Final = 0.85
_SCRIPT_RISE: Final = 0.6
_SCRIPT_REACH: Final = 1.5
WIDE_GAP: Final = 0.9
_ABOVE_BASELINE: Final = 0.88
_BELOW_BASELINE: Final = 0.12


@dataclass(frozen=True, slots=True)
class Fragment:
    """Characters on one baseline without a wide gap, from left to right.

    Args:
        glyphs: at least one of them visible.
        left: edge of the first visible character.
        right: edge of the last visible character.
        baseline: from the upper edge of the page.
        size: largest font size.
        order: place of its first character in the stream.
    """

    glyphs: tuple[Glyph, ...]
    left: float
    right: float
    baseline: float
    size: float
    order: int

    @property
    def top(self) -> float:
        """Upper edge of its characters."""
        return self.baseline - self.size * _ABOVE_BASELINE

    @property
    def bottom(self) -> float:
        """Lower edge of its characters."""
        return self.baseline + self.size * _BELOW_BASELINE


def rows_of(glyphs: Iterable[Glyph]) -> list[tuple[Fragment, ...]]:
    """Group characters into rows from top to bottom, each a row of fragments from left to right."""
    rows = (_fragments(row) for row in _with_scripts(_by_baseline(glyphs)))
    return [row for row in rows if row]


def merged(fragments: Sequence[Fragment]) -> Fragment:
    """One fragment of several on a row."""
    glyphs = tuple(glyph for fragment in fragments for glyph in fragment.glyphs)
    return _fragment(glyphs)


def _by_baseline(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: g.baseline):
        reach = _SAME_BASELINE * max(glyph.face.size, rows[-1][0].face.size) if rows else 0.0
        if rows and glyph.baseline - rows[-1][0].baseline <= reach:
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    return rows


def _with_scripts(rows: list[list[Glyph]]) -> list[list[Glyph]]:
    """Join superscripts and subscripts to the row they belong to."""
    sizes = [max(g.face.size for g in row) for row in rows]
    extents = [(min(g.left for g in row), max(g.right for g in row)) for row in rows]
    hosts: dict[int, int] = {}
    for index in range(len(rows)):
        near = [n for n in (index - 1, index + 1) if 0 <= n < len(rows) and n not in hosts]
        fitting = [n for n in near if _is_script(rows, sizes, extents, index, n)]
        if fitting:
            hosts[index] = min(fitting, key=lambda n: abs(rows[n][0].baseline - rows[index][0].baseline))
    for script, host in hosts.items():
        rows[host] = rows[host] + rows[script]
    return [row for index, row in enumerate(rows) if index not in hosts]


def _is_script(
    rows: list[list[Glyph]], sizes: list[float], extents: list[tuple[float, float]], script: int, host: int
) -> bool:
    small = sizes[script] < sizes[host] * _SCRIPT_SIZE
    near = abs(rows[script][0].baseline - rows[host][0].baseline) < sizes[host] * _SCRIPT_RISE
    reach = sizes[host] * _SCRIPT_REACH
    beside = extents[script][0] >= extents[host][0] - reach and extents[script][1] <= extents[host][1] + reach
    return small and near and beside


def _fragments(row: list[Glyph]) -> tuple[Fragment, ...]:
    found: list[list[Glyph]] = []
    last: Glyph | None = None
    for glyph in sorted(row, key=lambda g: (g.left, g.order)):
        visible = bool(glyph.text.strip())
        if not found or (visible and last is not None and glyph.left - last.right > WIDE_GAP * glyph.face.size):
            found.append([])
        found[-1].append(glyph)
        last = glyph if visible or last is None else last
    return tuple(_fragment(tuple(f)) for f in found if any(g.text.strip() for g in f))


def _fragment(glyphs: tuple[Glyph, ...]) -> Fragment:
    visible = [g for g in glyphs if g.text.strip()]
    size = max(g.face.size for g in visible)
    tallest = next(g for g in visible if g.face.size == size)
    return Fragment(
        glyphs=glyphs,
        left=min(g.left for g in visible),
        right=max(g.right for g in visible),
        baseline=tallest.baseline,
        size=size,
        order=min(g.order for g in visible),
    )
