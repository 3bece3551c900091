"""Write rows as a table for spreadsheets: CSV that Excel reads as UTF-8, or XLSX; no cell is a formula."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Final

from openpyxl import Workbook

FORMATS: Final[Mapping[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# a cell that begins so is a formula to a spreadsheet; an apostrophe makes it text (OWASP, CSV injection)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Row = Sequence[str]


def neutral(cell: str) -> str:
    """Keep a spreadsheet from taking a cell for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def write_table(form: str, name: str, heading: Row, rows: Sequence[Row]) -> bytes:
    """Write a table; its cells must be neutral.

    Args:
        form: csv (UTF-8 with byte order mark) or xlsx.
        name: name of the sheet.
        heading: the first row.
        rows: the others.
    """
    return _xlsx(name, heading, rows) if form == "xlsx" else _csv(heading, rows)


def _csv(heading: Row, rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heading)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(name: str, heading: Row, rows: Sequence[Row]) -> bytes:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(name)
    sheet.freeze_panes = "A2"
    for row in (heading, *rows):
        sheet.append(list(row))
    data = io.BytesIO()
    workbook.save(data)
    return data.getvalue()
