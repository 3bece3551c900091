"""Many rows as one JSON parameter: one statement reads or writes a whole group on either database."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Integer, String, TableValuedAlias, bindparam, cast, func, literal_column

from distributor.store.types import Moment

Cell = str | int | None
# made once: these run for every message
_ENCODE = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
_WITHOUT_OFFSET = len("2026-01-05 02:30:00.123456")


class JsonRows:
    """A table of the rows in the parameter `rows`; its cells are taken by position.

    Args:
        dialect: name of the dialect.
    """

    def __init__(self, dialect: str) -> None:
        self._is_sqlite = dialect == "sqlite"
        parameter = bindparam("rows", type_=String)
        source = func.json_each(parameter) if self._is_sqlite else func.json_array_elements(cast(parameter, JSON))
        self.table: TableValuedAlias = source.table_valued("value", name="given")

    def text(self, position: int) -> ColumnElement[Any]:
        """Take a cell as text."""
        return self.table.c.value.op("->>")(literal_column(str(position)))

    def number(self, position: int) -> ColumnElement[Any]:
        """Take a cell as a whole number."""
        return cast(self.text(position), Integer)

    def moment(self, position: int) -> ColumnElement[Any]:
        """Take a cell that `written` made as a moment."""
        cell = self.text(position)
        return cell if self._is_sqlite else cast(cell.op("||")(literal_column("'+00'")), Moment)


def packed(cells: Sequence[Cell]) -> str:
    """Write the cells of a row."""
    return _ENCODE(cells)


def given(rows: Iterable[str]) -> dict[str, str]:
    """Make the parameter of a statement over JsonRows.

    Args:
        rows: as `packed` wrote them.
    """
    return {"rows": f"[{','.join(rows)}]"}


def written(moment: datetime) -> str:
    """Write a moment in UTC as SQLite keeps it, without an offset since it compares moments as text."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat(" ", "microseconds")[:_WITHOUT_OFFSET]
