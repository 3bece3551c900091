"""A column that holds one of many values, as one parameter however many they are."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection


def among(connection: AsyncConnection, column: ColumnElement[Any], values: Collection[str]) -> ColumnElement[bool]:
    """Make the condition that a text column holds one of the values; there may be a hundred thousand.

    Args:
        connection: tells the kind of database.
        column: the column.
        values: what it may hold.
    """
    if connection.dialect.name == "sqlite":
        listed = json.dumps(list(values), ensure_ascii=False)
        return column.in_(select(func.json_each(listed).table_valued("value").c.value))
    return column.in_(select(func.jsonb_array_elements_text(literal(list(values), JSONB)).column_valued("value")))
