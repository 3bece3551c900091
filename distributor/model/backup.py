"""What a backup says about itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class BackupColumn:
    """A column of a table.

    Args:
        name: its name.
        kind: what it holds, whatever the database: text, integer, float, boolean, moment, json or bytes.
    """

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class BackupTable:
    """A table; its rows stand in parts.

    Args:
        name: its name.
        columns: in the order of the cells of a row.
        rows: how many there are.
        digest: sum of the SHA-256 of all lines, in hex.
    """

    name: str
    columns: tuple[BackupColumn, ...]
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class BackupPart:
    """A member of the archive.

    Args:
        name: of the member, for example `tables/runs/00001.jsonl.gz` or `settings/distributor.toml`.
        table: whose rows it holds, None for a file.
        rows: how many.
        size: bytes in the archive.
        unpacked: bytes after unpacking.
        sha256: of the bytes in the archive.
    """

    name: str
    table: str | None
    rows: int
    size: int
    unpacked: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What stands in `manifest.json`, the last but one member of the archive.

    Args:
        format: number of the form of the archive.
        program: version of the program that made it.
        schema: revision of the schema.
        database: kind of database that the rows were read from.
        publication: name of the publication.
        made: when.
        has_secrets: whether keys and passwords are inside.
        tables: each after those that its rows refer to.
        parts: in the order of the archive.
    """

    format: int
    program: str
    schema: str
    database: str
    publication: str
    made: datetime
    has_secrets: bool
    tables: tuple[BackupTable, ...]
    parts: tuple[BackupPart, ...]

    @property
    def rows(self) -> int:
        """Number of rows of all tables."""
        return sum(table.rows for table in self.tables)

    @property
    def unpacked(self) -> int:
        """Bytes of all parts after unpacking."""
        return sum(part.unpacked for part in self.parts)

    @property
    def by_table(self) -> Mapping[str, tuple[BackupPart, ...]]:
        """The parts of each table, in order."""
        found: dict[str, list[BackupPart]] = {table.name: [] for table in self.tables}
        for part in self.parts:
            if part.table is not None:
                found[part.table].append(part)
        return {name: tuple(parts) for name, parts in found.items()}

    def files(self, folder: str) -> tuple[BackupPart, ...]:
        """Give the files below a folder of the archive.

        Args:
            folder: settings or secrets.
        """
        return tuple(part for part in self.parts if part.table is None and part.name.startswith(f"{folder}/"))
