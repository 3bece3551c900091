"""Bytes of a table file (CSV or XLSX) to rows of text, one after the other."""

from collections.abc import Iterator
from typing import Final

from distributor.errors import FileRefused
from distributor.ingest.rows.delimited import delimited_rows
from distributor.ingest.rows.limits import MOST_BYTES, SheetRow
from distributor.ingest.rows.workbook import workbook_rows

__all__ = ["SheetRow", "read_rows"]

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_MEGABYTE: Final = 1024 * 1024


def read_rows(data: bytes, name: str) -> Iterator[SheetRow]:
    """Read the rows of a table file that hold anything, the heading first; what it is, its bytes tell.

    Args:
        data: the whole file.
        name: its name, for refusals.

    Raises:
        FileRefused: `empty-file`, `table-too-large`, `table-old-excel`, `table-damaged`, `table-bomb`,
            `table-encrypted`, `table-too-many-rows`, `table-cell-too-long`, `table-quote-open`, `table-binary` or
            `unknown-encoding`, each with the file and, where it has one, the line.
    """
    try:
        yield from _rows(data)
    except FileRefused as refused:
        raise FileRefused(refused.code, **{**refused.parameters, "file": name}) from refused


def _rows(data: bytes) -> Iterator[SheetRow]:
    if not data:
        raise FileRefused("empty-file")
    if len(data) > MOST_BYTES:
        raise FileRefused("table-too-large", most=MOST_BYTES // _MEGABYTE)
    if data.startswith(_OLE):
        raise FileRefused("table-old-excel")
    return workbook_rows(data) if data.startswith(_ZIP) else delimited_rows(data)
