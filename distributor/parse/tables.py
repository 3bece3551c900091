"""Tables inside articles: the cells of one table row are one row of text, and rows of columns are no headings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from distributor.parse.chars import is_han, join
from distributor.parse.rows import Row, renumbered

_MOST_LINES = 4  # lines of one cell; a longer one is a column of text
_LONGEST_PIECE = 16  # characters
_WIDE_GAP = re.compile(r"\t|\s{2,}")
_SENTENCE = re.compile(r"[，。；：、]")
_SHORT = 24  # characters of a row whose columns only single spaces show
_FEWEST = 3  # pieces that single spaces must make


def joined_cells(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Put the cells of each table row together, separated by tabs; rows outside of tables stay as they are."""
    return renumbered(
        row
        for place, group in groupby(rows, key=_table_row)
        for row in _joined(tuple(group), in_table=place is not None)
    )


def _table_row(row: Row) -> tuple[int, int] | None:
    return row.cell[:2] if row.cell else None


def _joined(rows: tuple[Row, ...], *, in_table: bool) -> Iterator[Row]:
    cells = [list(lines) for _, lines in groupby(rows, key=lambda row: row.cell)]
    if not in_table or len(cells) < 2 or max(map(len, cells)) > _MOST_LINES:  # noqa: PLR2004  a row of columns
        yield from rows
        return
    text = "\t".join(_text(lines) for lines in cells)
    yield replace(rows[0], text=text, marker="", right=max(row.right for row in rows))


def _text(lines: Sequence[Row]) -> str:
    text = ""
    for row in lines:
        text = join(text, row.printed)
    return text


def tabular_rows(rows: Sequence[Row]) -> frozenset[int]:
    """Positions of rows that are set in columns: they fall into as many short pieces as a neighbour does."""
    counts = [_pieces(row) for row in rows]
    found: set[int] = set()
    for position in range(1, len(rows)):
        if counts[position] and counts[position] == counts[position - 1]:
            found |= {position - 1, position}
    return frozenset(found)


def _pieces(row: Row) -> int:
    """Count of columns that the text of a row shows, 0 when it shows none."""
    if not any(map(is_han, row.text)) or _SENTENCE.search(row.text):
        return 0
    wide, single = _WIDE_GAP.split(row.text), row.text.split(" ")
    if len(wide) > 1 and max(map(len, wide)) <= _LONGEST_PIECE:
        return len(wide)
    return len(single) if len(single) >= _FEWEST and len(row.text) <= _SHORT else 0
