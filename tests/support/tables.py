"""Builders of table files: CSV in any encoding, XLSX as programs write it, and hostile ones."""

import csv
import io
import zipfile
from collections.abc import Sequence

from openpyxl import Workbook

Rows = Sequence[Sequence[object]]


def csv_bytes(rows: Rows, *, separator: str = ",", encoding: str = "utf-8") -> bytes:
    """Write rows as a program writes CSV."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(*sheets: Rows) -> bytes:
    """Write sheets as a program writes XLSX."""
    workbook = Workbook(write_only=True)
    for rows in sheets:
        sheet = workbook.create_sheet()
        for row in rows:
            sheet.append(list(row))
    data = io.BytesIO()
    workbook.save(data)
    return data.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """Replace one part of an XLSX."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(entry, content if entry == name else old.read(entry))
    return made.getvalue()


def part_of(data: bytes, name: str) -> bytes:
    """Read one part of an XLSX."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)
