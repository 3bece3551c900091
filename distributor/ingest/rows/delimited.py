"""CSV as people have it (RFC 4180 and what programs make of it): comma, semicolon or tab, in any usual encoding."""

import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from distributor.errors import FileRefused
from distributor.ingest.charset import decode
from distributor.ingest.rows.limits import MOST_CHARACTERS, SheetRow, checked

_SEPARATORS: Final = ",;\t"
_SAMPLE: Final = 20
_BINARY: Final = frozenset("\x00\x01\x02\x03\x04\x05\x06")


def delimited_rows(data: bytes) -> Iterator[SheetRow]:
    """Read the rows of a CSV file that hold anything.

    Args:
        data: the whole file; byte order mark, UTF-8, GB18030 and UTF-16 are told apart.

    Raises:
        FileRefused: `table-binary`, `table-quote-open`, `table-cell-too-long`, `table-too-many-rows` or
            `unknown-encoding`.
    """
    text = decode(data).text
    if not _BINARY.isdisjoint(text):
        raise FileRefused("table-binary")
    if "\n" not in text:
        # old Macintosh programs end lines with a return alone
        text = text.replace("\r", "\n")
    separator, skipped = _named_separator(text)
    lines = islice(_lines(text), skipped, None)
    separator = separator or _guessed_separator(text)
    # the limit is one of the whole process; ours is below it
    csv.field_size_limit(max(csv.field_size_limit(), MOST_CHARACTERS * 2))
    yield from _rows(lines, separator, skipped)


def _rows(lines: Iterable[str], separator: str, skipped: int) -> Iterator[SheetRow]:
    reader = csv.reader(lines, delimiter=separator, strict=True)
    begun = 0
    while True:
        begun = reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            code = "table-cell-too-long" if "field limit" in str(error) else "table-quote-open"
            raise FileRefused(code, line=begun + skipped + 1, column="?", most=MOST_CHARACTERS) from error
        if any(cell.strip() for cell in cells):
            yield checked(begun + skipped + 1, cells)


def _lines(text: str) -> Iterator[str]:
    """Walk the lines with their ends; `splitlines` would also split at characters that only look like ends."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _named_separator(text: str) -> tuple[str | None, int]:
    """Read the line by which Excel names the separator (`sep=;`); gives how many lines it takes."""
    first, _, _ = text.partition("\n")
    named = first.strip("\r\ufeff ")
    if named.lower().startswith("sep=") and len(named) == len("sep=;"):
        return named[-1], 1
    return None, 0


def _guessed_separator(text: str) -> str:
    """Choose the separator that gives the first lines the most columns, and as many in each."""
    lines = list(islice((line for line in _lines(text) if line.strip()), _SAMPLE))
    return max(_SEPARATORS, key=lambda separator: _fit(lines, separator))


def _fit(lines: list[str], separator: str) -> tuple[float, int]:
    try:
        widths = [len(cells) for cells in csv.reader(lines, delimiter=separator)]
    except csv.Error:
        return 0.0, 0
    columns = widths[0] if widths else 0
    alike = sum(width == columns for width in widths) / max(len(widths), 1)
    return (alike if columns > 1 else 0.0), columns
