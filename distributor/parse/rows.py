"""Rows: the printed lines of a source that hold text, with what the empty lines and the page breaks around them say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from distributor.model.lines import Align, Line, Source, Style
from distributor.parse.chars import printed_width, squash, unstretched, width

_NO_STYLE = Style()
_POINTS = 10.5  # a size for lines that do not tell theirs: 五号, the usual body size


@dataclass(frozen=True, slots=True)
class Row:
    """One printed line that holds text.

    Args:
        index: position among the rows of the document.
        number: 1-based line of the source.
        text: without outer spaces and without letter-spacing.
        marker: automatic number that the file draws before the text, or "".
        left, right: edges in half-width columns; measured for PDF, counted for text.
        trailing: the source line ends with a space.
        leading: count of white-space characters before the text.
        empty: lines without any character before this one.
        hollow: lines of white space alone before this one.
        lift: extra distance from the row above, in lines, where the file has positions, else 0.
        page: 1-based page, or None.
        page_start: first row of a page, as far as known.
        style: look of the line.
        paragraph: number of the paragraph where the file knows its paragraphs.
        cell: (table, row, column) where it stands in a table.
        boxed: stands in a text box, header or footer.
    """

    index: int
    number: int
    text: str
    marker: str
    left: float
    right: float
    trailing: bool
    leading: int
    empty: int
    hollow: int
    lift: float
    page: int | None
    page_start: bool
    style: Style
    paragraph: int | None
    cell: tuple[int, int, int] | None
    boxed: bool

    @property
    def printed(self) -> str:
        """What the reader of the file sees: the drawn marker and the text."""
        return self.marker + self.text

    @property
    def squashed(self) -> str:
        """The text without white space."""
        return squash(self.text)

    @property
    def centred(self) -> bool:
        """Whether the file says that the row is centred."""
        return self.style.align is Align.CENTER


def read_rows(source: Source) -> tuple[Row, ...]:
    """Turn the lines of a source into rows, counting the empty lines between them."""
    rows: list[Row] = []
    empty = hollow = 0
    above: Line | None = None
    pitch = _usual_pitch(source.lines)
    for line in source.lines:
        if not line.text.strip() and not (line.marker or "").strip():
            hollow, empty = (hollow + 1, empty) if line.text else (hollow, empty + 1)
            continue
        rows.append(_row(len(rows), line, above, (empty, hollow), pitch))
        above, empty, hollow = line, 0, 0
    return tuple(rows)


def _row(index: int, line: Line, above: Line | None, blanks: tuple[int, int], pitch: float) -> Row:
    text = line.text.strip() or (line.marker or "").strip()
    left, right = _edges(line)
    return Row(
        index=index,
        number=line.number,
        text=unstretched(text),
        marker=(line.marker or "").strip() if line.text.strip() else "",
        left=left,
        right=right,
        trailing=line.text.endswith((" ", "\t")),
        leading=len(line.text) - len(line.text.lstrip()),
        empty=blanks[0],
        hollow=blanks[1],
        lift=_lift(line, above, pitch),
        page=line.page,
        page_start=above is None or line.page != above.page,
        style=line.style or _NO_STYLE,
        paragraph=line.paragraph,
        cell=line.cell,
        boxed=line.boxed,
    )


def _edges(line: Line) -> tuple[float, float]:
    """Left and right edge in half-width columns."""
    if line.box is None:
        body = line.text.rstrip()
        indent = width(body[: len(body) - len(body.lstrip())])
        return float(indent), indent + printed_width(unstretched(body.strip()))
    column = _size(line) / 2
    return line.box.left / column, line.box.right / column


def _size(line: Line) -> float:
    return (line.style.size if line.style else None) or _POINTS


def _usual_pitch(lines: Sequence[Line]) -> float:
    """Usual distance of two lines in multiples of the font size; 0 where there are no positions."""
    steps = sorted(
        (low.box.top - high.box.top) / _size(low)
        for high, low in pairwise(lines)
        if high.box and low.box and high.page == low.page and low.box.top > high.box.top
    )
    return steps[len(steps) // 3] if steps else 0.0


def _lift(line: Line, above: Line | None, pitch: float) -> float:
    if not pitch or above is None or not (line.box and above.box) or line.page != above.page:
        return 0.0
    step = (line.box.top - above.box.top) / max(_size(line), _size(above))
    return max(0.0, step / pitch - 1.0) if step > 0 else 0.0


def renumbered(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Give the rows that are left their new positions."""
    return tuple(replace(row, index=index) for index, row in enumerate(rows))
