"""Statistics of the page: how wide, how indented, how spaced the running text of this document is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from distributor.model.lines import Style
from distributor.parse.chars import ends_sentence, width
from distributor.parse.rows import Row

CHARACTER = 2.0  # columns of a full-width character
_LONG = 40.0  # columns from which a line can be one of running text
_INDENTS = range(2, 7)  # columns of indentations: one to three characters
_BEYOND = 12.0  # columns beyond the right edge that no printed line reaches
_WIDE = 96.0  # columns of a page wider than most, which a few rows do not prove
_ENOUGH = 10  # rows that do
_WIDEST = 150.0  # columns of the widest page of running text
_HANGING = 6.5  # columns: three characters
_TOLERANCE = 3.0  # columns by which full lines differ (punctuation is never left alone at a line start)


@dataclass(frozen=True, slots=True)
class Layout:
    """What is usual in this document.

    Args:
        wrapped: printed lines are shorter than paragraphs.
        edges: (left, right) of each column of text, in half-width columns, sorted by left.
        spaced_ends: a trailing space marks the end of a paragraph.
        known_paragraphs: the file tells its paragraphs.
        indent: usual indentation of the first line of a paragraph, 0 where there is none.
        indented: first lines of paragraphs are indented and the text shows it.
        hidden: columns by which first lines are shorter because their indentation is lost, else 0.
        usual_gap: count of empty lines between neighbouring rows that means nothing.
        hollow_blanks: lines of one space are the real empty lines.
        body: look of the running text.
    """

    wrapped: bool
    edges: tuple[tuple[float, float], ...]
    spaced_ends: bool
    known_paragraphs: bool
    indent: float
    indented: bool
    hidden: float
    usual_gap: int
    hollow_blanks: bool
    body: Style

    def column(self, row: Row) -> tuple[float, float]:
        """Left and right edge of the column of text that a row belongs to."""
        fitting = [edge for edge in self.edges if edge[0] <= row.left + _TOLERANCE]
        return fitting[-1] if fitting else self.edges[0]

    def slack(self, row: Row) -> float:
        """Half-width columns left free at the right of a row; about 0 for a full line."""
        return self.column(row)[1] - row.right

    def inset(self, row: Row) -> float:
        """Half-width columns between the left edge of the running text and the row."""
        return row.left - self.column(row)[0]

    def gap(self, row: Row) -> float:
        """How much more distance than usual there is above the row; 0 at the start of a page."""
        if row.page_start:
            return 0.0
        if self.hollow_blanks:
            return float(row.hollow)
        return max(float(row.empty + row.hollow - self.usual_gap), row.lift)


def measure(rows: Sequence[Row]) -> Layout:
    """Learn the layout of a document from its rows."""
    edges = _columns(rows)
    spaced = _spaced_ends(rows)
    hollow = any(row.hollow for row in rows)
    draft = Layout(
        wrapped=True,
        edges=edges,
        spaced_ends=spaced,
        known_paragraphs=_knows_paragraphs(rows),
        indent=0.0,
        indented=False,
        hidden=0.0,
        usual_gap=_usual_gap(rows),
        hollow_blanks=spaced and hollow,
        body=_body_style(rows),
    )
    wrapped = not draft.known_paragraphs and _is_wrapped(rows, draft)
    draft = replace(draft, wrapped=wrapped)
    indent = _usual_indent(rows, draft)
    hidden = _hidden_indent(rows, draft) if wrapped and not indent else 0.0
    return replace(draft, indent=indent, indented=indent > 0 and not spaced, hidden=hidden)


def _knows_paragraphs(rows: Sequence[Row]) -> bool:
    return bool(rows) and all(row.paragraph is not None for row in rows)


def _columns(rows: Sequence[Row]) -> tuple[tuple[float, float], ...]:
    """Left and right edges of the columns of running text: the places where most long rows begin and end."""
    if not rows:
        return ((0.0, 0.0),)
    positioned = any(row.left for row in rows)
    longest = sorted(row.right - row.left for row in rows)[int(len(rows) * 0.9)]
    long = [row for row in rows if row.right - row.left >= min(_LONG, longest * 0.8)]
    starts = _popular_starts(long) if positioned else [0.0]
    edges = []
    for position, start in enumerate(starts):
        after = starts[position + 1] if position + 1 < len(starts) else float("inf")
        own = [row.right for row in long if start - _TOLERANCE <= row.left < after - _TOLERANCE]
        right = _usual_right(own)
        edges.append((_margin(rows, start, right) if positioned else start, right))
    return tuple(edges)


def _margin(rows: Sequence[Row], start: float, right: float) -> float:
    """Left edge of the rows that go on below full ones: in short texts most long rows are indented first lines."""
    near = Counter(
        round(row.left)
        for above, row in pairwise(rows)
        if right - above.right <= _HANGING and -_TOLERANCE < start - row.left <= _HANGING
    )
    if not near:
        return start
    left, count = near.most_common(1)[0]
    return float(left) if start - left > _TOLERANCE / 2 and count > near[round(start)] else start


def _popular_starts(long: Sequence[Row]) -> list[float]:
    """Left edges that at least a fifth of the long rows share and that lie a third of a page apart."""
    counts = Counter(round(row.left) for row in long)
    merged = {left: sum(counts[left + step] for step in (0, 1)) for left in counts}
    popular = sorted((-count, left) for left, count in merged.items() if count * 5 >= len(long))
    starts: list[float] = []
    for _, left in popular:
        if all(abs(left - other) > _LONG / 2 for other in starts):
            starts.append(float(left))
    return sorted(starts) or [float(min(row.left for row in long))]


def _usual_right(rights: Sequence[float]) -> float:
    """The right edge that most full lines reach; the wider one of two that are equally frequent."""
    ordered = sorted(rights)
    counts = Counter(round(right) for right in ordered[len(ordered) // 4 :])
    return float(max(counts, key=lambda edge: (counts[edge], edge)))


def _is_wrapped(rows: Sequence[Row], layout: Layout) -> bool:
    """Whether most long rows end at the same edge; in unwrapped text a row is as long as its paragraph."""
    long = [row for row in rows if width(row.text) >= _LONG]
    edge = layout.edges[-1][1]
    if not long or edge > _WIDEST or (edge > _WIDE and len(long) < _ENOUGH):
        return False
    full = sum(1 for row in long if abs(layout.slack(row)) <= _TOLERANCE * 2)
    beyond = sum(1 for row in long if layout.slack(row) < -_BEYOND)
    ended = sum(1 for row in long if ends_sentence(row.text))
    return beyond * 4 <= len(long) and full * 5 >= len(long) * 2 and ended * 5 < len(long) * 4


def _spaced_ends(rows: Sequence[Row]) -> bool:
    """Whether trailing spaces mark paragraph ends: some rows have one, and most of the others are long."""
    spaced = [row for row in rows if row.trailing]
    bare = [row for row in rows if not row.trailing]
    if len(spaced) * 20 < len(rows) or not bare:
        return False
    long_bare = [row for row in bare if width(row.text) >= _LONG]
    return len(bare) * 4 >= len(rows) and len(long_bare) * 2 > len(bare)


def _usual_gap(rows: Sequence[Row]) -> int:
    """The most frequent count of empty lines between two rows, when nearly all rows have at least as many."""
    gaps = Counter(row.empty + row.hollow for row in rows[1:] if not row.page_start)
    if not gaps:
        return 0
    usual, count = gaps.most_common(1)[0]
    return usual if count * 2 > sum(gaps.values()) else 0


def _body_style(rows: Sequence[Row]) -> Style:
    """The look of most characters."""
    weights: Counter[tuple[float | None, bool | None]] = Counter()
    for row in rows:
        weights[(row.style.size, row.style.bold)] += len(row.text)
    if not weights:
        return Style()
    size, bold = weights.most_common(1)[0][0]
    return Style(size=size, bold=bold)


def _usual_indent(rows: Sequence[Row], layout: Layout) -> float:
    """The most frequent small indentation of long rows, when a fair share of them has it."""
    long = [row for row in rows if width(row.text) >= _LONG and row.text[0] not in "（(["]
    # a centred heading leaves as much room on the right as on the left, a first line does not
    insets = Counter(
        round(layout.inset(row))
        for row in long
        if layout.inset(row) > layout.slack(row) + 1 or layout.slack(row) < 2 * CHARACTER
    )
    small = {inset: count for inset, count in insets.items() if inset in _INDENTS}
    if not small:
        return 0.0
    inset = max(small, key=lambda key: (small[key], -key))
    enough = sum(small.values()) * 12 >= len(long) and small[inset] * 4 >= sum(small.values())
    return float(inset) if enough and small[inset] > 1 else 0.0


def _hidden_indent(rows: Sequence[Row], layout: Layout) -> float:
    """Columns by which rows after finished paragraphs stay short, when no indentation is left in the text.

    The first line of a paragraph loses its two characters of indentation and shows them as room on the right.
    """
    short, narrow = 7.0, 3.0
    slacks = [
        layout.slack(row)
        for above, row in pairwise(rows)
        if layout.slack(above) > short and ends_sentence(above.text) and not row.page_start
    ]
    lacking = sum(narrow <= slack <= short for slack in slacks)
    full = sum(-1 <= slack < 1.5 for slack in slacks)  # noqa: PLR2004  less than a character
    return 4.0 if lacking > 1 and lacking > 2 * full else 0.0
