"""XLSX (ISO/IEC 29500): the rows of the first sheet that holds any, read as a stream."""

import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from io import BytesIO
from itertools import islice
from typing import Any, Final

from openpyxl import Workbook, load_workbook

from distributor.errors import FileRefused
from distributor.ingest.rows.limits import MOST_COLUMNS, MOST_ROWS, SheetRow, checked

# 200,000 rows of ten columns unpack to about 100 MB
MOST_UNPACKED: Final = 500 * 1024 * 1024
MOST_STRINGS: Final = 100 * 1024 * 1024
MOST_PARTS: Final = 4096
MOST_RATIO: Final = 200
_RATIO_FROM: Final = 10 * 1024 * 1024
_ENCRYPTED_FLAG: Final = 0x1
_DECLARATION: Final = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ROOT: Final = re.compile(rb"<[A-Za-z]")
_PROLOG: Final = 65_536
_CHUNK: Final = 1_000


def workbook_rows(data: bytes) -> Iterator[SheetRow]:
    """Read the rows of an XLSX file that hold anything; of a formula its last result counts.

    Args:
        data: the whole file.

    Raises:
        FileRefused: `table-damaged`, `table-bomb`, `table-encrypted`, `table-cell-too-long` or `table-too-many-rows`.
    """
    with _guarded():
        _check_archive(data)
        workbook = load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
        if not workbook.worksheets:
            raise FileRefused("table-damaged")
    try:
        for rows in _sheets(workbook):
            found = False
            for row in rows:
                found = True
                yield row
            if found:
                return
    finally:
        workbook.close()


def _sheets(workbook: Workbook) -> Iterator[Iterator[SheetRow]]:
    for sheet in workbook.worksheets:
        # the size a sheet declares may be wrong, or a trap
        sheet.reset_dimensions()
        first = next(_rows(sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS)), None)
        # a column without a heading means nothing, and filling a hundred of them in every row takes long
        width = 1 if first is None else len(first.cells)
        yield _rows(sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 1, max_col=width))


def _rows(values: Iterator[tuple[Any, ...]]) -> Iterator[SheetRow]:
    line = 0
    while True:
        with _guarded():
            chunk = list(islice(values, _CHUNK))
        if not chunk:
            return
        for cells in chunk:
            line += 1
            texts = [_text(cell) for cell in cells]
            if any(texts):
                yield checked(line, texts)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _check_archive(data: bytes) -> None:
    """Judge the package by its central directory, and its parts by their beginning, before anything is read."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        entries = archive.infolist()
        if not any(entry.filename.startswith("xl/") for entry in entries):
            raise FileRefused("table-damaged")
        unpacked = sum(entry.file_size for entry in entries)
        if unpacked > MOST_UNPACKED or len(entries) > MOST_PARTS:
            raise FileRefused("table-bomb")
        for entry in entries:
            _check_entry(archive, entry)


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & _ENCRYPTED_FLAG:
        raise FileRefused("table-encrypted")
    packed_tightly = entry.file_size > _RATIO_FROM and entry.file_size > MOST_RATIO * max(entry.compress_size, 1)
    if packed_tightly or (entry.filename.endswith("sharedStrings.xml") and entry.file_size > MOST_STRINGS):
        raise FileRefused("table-bomb")
    if entry.filename.endswith((".xml", ".rels")) and entry.file_size:
        with archive.open(entry) as part:
            prolog = part.read(_PROLOG).replace(b"\0", b"")
        # a declaration stands before the root element; a prolog so long that no root is seen hides something
        if _DECLARATION.search(prolog) or not _ROOT.search(prolog):
            raise FileRefused("table-damaged")


@contextmanager
def _guarded() -> Iterator[None]:
    """Turn whatever a damaged or hostile file provokes in the reader into a refusal, and keep its warnings quiet."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except FileRefused:
        raise
    except (MemoryError, RecursionError) as error:
        raise FileRefused("table-bomb") from error
    except Exception as error:
        raise FileRefused("table-damaged") from error
