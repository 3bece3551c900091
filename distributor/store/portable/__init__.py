"""Rows in a form that no database owns: read from one, kept in a file or written into another of either kind."""

from distributor.store.portable.lines import decode, digest_of_lines, encode
from distributor.store.portable.rows import clear, put, read, restart_counters
from distributor.store.portable.shape import ColumnShape, Kind, TableShape, has_tables, require_ours, shapes

__all__ = [
    "ColumnShape",
    "Kind",
    "TableShape",
    "clear",
    "decode",
    "digest_of_lines",
    "encode",
    "has_tables",
    "put",
    "read",
    "require_ours",
    "restart_counters",
    "shapes",
]
