"""How much a table file may hold, and a row of it."""

from dataclasses import dataclass
from typing import Final

from distributor.errors import FileRefused

MOST_BYTES: Final = 50 * 1024 * 1024
MOST_ROWS: Final = 500_000
MOST_COLUMNS: Final = 100
# what a cell of a spreadsheet can hold
MOST_CHARACTERS: Final = 32_767


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a table.

    Args:
        line: 1-based line of a text file, or row of a sheet.
        cells: from the first column to the last that holds anything, as text without blanks around.
    """

    line: int
    cells: tuple[str, ...]


def checked(line: int, cells: list[str]) -> SheetRow:
    """Make a row, refusing one that no spreadsheet would hold.

    Args:
        line: where it stands.
        cells: its cells.

    Raises:
        FileRefused: `table-cell-too-long` or `table-too-many-rows`.
    """
    if line > MOST_ROWS:
        raise FileRefused("table-too-many-rows", most=MOST_ROWS)
    for number, cell in enumerate(cells, start=1):
        if len(cell) > MOST_CHARACTERS:
            raise FileRefused("table-cell-too-long", line=line, column=number, most=MOST_CHARACTERS)
    texts = [cell.strip() for cell in cells[:MOST_COLUMNS]]
    while texts and not texts[-1]:
        texts.pop()
    return SheetRow(line, tuple(texts))
