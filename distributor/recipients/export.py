"""Address book → the two TOML files, always in the same form: equal books give equal bytes."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from enum import Enum
from typing import Final

from distributor.model.recipient import AddressBook, Contact, Group, Organization, RecipientList
from distributor.text import display_width

_WIDTH: Final = 110

_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
# what TOML 1.0 lets nowhere in a string: control characters other than tab, and DEL
_CONTROL: Final = {chr(code): f"\\u{code:04X}" for code in (*range(0x20), 0x7F)}
_QUOTED: Final = str.maketrans({**_CONTROL, **_ESCAPES})


def export_address_book(book: AddressBook) -> tuple[str, str]:
    """Write organizations.toml (bodies) and recipients.toml (lists, groups, contacts); rows keep their order.

    Values that are the usual ones are left out. Reading the result gives the same book, and writing that the same
    text.

    Args:
        book: the address book.

    Returns:
        Text of organizations.toml and of recipients.toml.
    """
    recipients = (
        *_tables("lists", book.lists),
        *_tables("groups", book.groups),
        *_tables("contacts", book.contacts),
    )
    return "\n".join(_tables("organizations", book.organizations)), "\n".join(recipients)


def _tables(kind: str, values: Iterable[Organization | Group | RecipientList | Contact]) -> Iterable[str]:
    for value in values:
        # the id or the body first, the rest in the order of the model
        names = sorted((field.name for field in fields(value)), key=lambda name: name not in {"id", "organization"})
        usual = {field.name: field.default for field in fields(value)}
        row = {name: getattr(value, name) for name in names}
        yield f"[[{kind}]]\n" + _lines({name: set_ for name, set_ in row.items() if set_ != usual[name]})


def _lines(row: Mapping[str, object]) -> str:
    return "".join(f"{name} = {_value(value, len(name))}\n" for name, value in row.items())


def _value(value: object, taken: int) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
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
