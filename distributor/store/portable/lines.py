"""Rows as lines of JSON, the same for the same row whatever database it comes from; pure."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from distributor.store.portable.shape import Kind, TableShape

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_MODULUS: Final = 1 << 256


def _moment_out(value: datetime) -> str:
    utc = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return utc.isoformat(timespec="microseconds")


_OUT: Final[Mapping[Kind, Callable[[Any], object]]] = {
    Kind.BOOLEAN: bool,
    Kind.FLOAT: float,
    Kind.MOMENT: _moment_out,
    Kind.BYTES: lambda value: base64.b64encode(value).decode("ascii"),
}
_IN: Final[Mapping[Kind, Callable[[Any], object]]] = {
    Kind.MOMENT: datetime.fromisoformat,
    Kind.BYTES: base64.b64decode,
}


def encode(table: TableShape, rows: Iterable[Sequence[Any]]) -> list[bytes]:
    """Write rows as lines without line feeds.

    Args:
        table: whose rows they are.
        rows: the cells in the order of its columns.
    """
    turns = [(place, _OUT[column.kind]) for place, column in enumerate(table.columns) if column.kind in _OUT]
    return [_line(list(row), turns) for row in rows]


def decode(table: TableShape, lines: Iterable[bytes]) -> list[dict[str, object]]:
    """Read rows back, as the database takes them.

    Args:
        table: whose rows they are.
        lines: as `encode` gives them.

    Raises:
        ValueError: for a line that is no row of the table.
    """
    names = [column.name for column in table.columns]
    turns = [(column.name, _IN[column.kind]) for column in table.columns if column.kind in _IN]
    rows = [dict(zip(names, json.loads(line), strict=True)) for line in lines]
    for row in rows:
        for name, turn in turns:
            if row[name] is not None:
                row[name] = turn(row[name])
    return rows


def digest_of_lines(lines: Iterable[bytes], before: int = 0) -> int:
    """Add lines to the digest of a table: the sum of their SHA-256, since databases give rows in orders of their own.

    Args:
        lines: as `encode` gives them.
        before: digest of the lines that came before.
    """
    total = sum(int.from_bytes(hashlib.sha256(line).digest()) for line in lines)
    return (before + total) % _MODULUS


def _line(cells: list[Any], turns: Sequence[tuple[int, Callable[[Any], object]]]) -> bytes:
    for place, turn in turns:
        if cells[place] is not None:
            cells[place] = turn(cells[place])
    return _ENCODER.encode(cells).encode()
