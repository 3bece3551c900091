"""Read values of the model back from plain JSON."""

from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

T = TypeVar("T")


def restore(kind: type[T], value: object) -> T:
    """Make a value of the model from what `plain` made of it.

    Args:
        kind: type of the value, also a parametrised tuple.
        value: plain lists, dictionaries and scalars.
    """
    restored: T = _adapter(cast("Hashable", kind)).validate_python(value)
    return restored


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast("type[Any]", kind))
