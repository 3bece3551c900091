"""Tables of TOML 1.0 as text, always in the same form: equal values give equal bytes."""

from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Final

from distributor.text.width import display_width

_WIDTH: Final = 110

_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
# what TOML 1.0 lets nowhere in a string: control characters other than tab, and DEL
_CONTROL: Final = {chr(code): f"\\u{code:04X}" for code in (*range(0x20), 0x7F)}
_QUOTED: Final = str.maketrans({**_CONTROL, **_ESCAPES})


def toml_table(kind: str, row: Mapping[str, object]) -> str:
    """Write one table of an array of tables (`[[kind]]`), its keys in the order of the mapping.

    Args:
        kind: name of the array.
        row: texts, words of an enumeration, numbers, truth values, days, and tuples of them.
    """
    return f"[[{kind}]]\n" + "".join(f"{name} = {_value(value, len(name))}\n" for name, value in row.items())


def _value(value: object, taken: int) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return _array([_value(entry, 0) for entry in value], taken)
    return f'"{str(value.value if isinstance(value, Enum) else value).translate(_QUOTED)}"'


def _array(values: list[str], taken: int) -> str:
    line = f"[{', '.join(values)}]"
    if display_width(line) + taken + len(" = ") <= _WIDTH:
        return line
    return "[\n" + "".join(f"    {value},\n" for value in values) + "]"
