"""Strict reading of the tables of a parsed TOML document; every error names the file, the row and the key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, TypeVar

from distributor.errors import Misconfigured
from distributor.text import unseen_in

_BREAKS: Final = frozenset("\t\r\n\f")
# what the columns of the database take; no body has a longer name
MOST_CHARACTERS: Final = 200

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands, as an error names it.

    Args:
        file: name of the file.
        entry: kind, 1-based number and id or address of the row: `groups 2 (alliances)`.
    """

    file: str
    entry: str

    def wrong(self, code: str, **parameters: object) -> Misconfigured:
        """Make the error for this row."""
        return Misconfigured(code, file=self.file, entry=self.entry, **parameters)


@dataclass(frozen=True, slots=True)
class Row:
    """One `[[kind]]` table of a document and where it stands."""

    place: Place
    table: Mapping[str, object]

    def text(self, key: str) -> str:
        """Read a text that must be there.

        Raises:
            Misconfigured: `book-missing-key`, `book-wrong-type`, `book-too-long` or `book-unseen-characters`.
        """
        if key not in self.table:
            raise self.place.wrong("book-missing-key", key=key)
        return self._text_of(key, self.table[key])

    def optional_text(self, key: str, default: str | None = None) -> str | None:
        """Read a text that may be left out."""
        return self.text(key) if key in self.table else default

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of texts that may be left out."""
        values = self.table.get(key, [])
        if not isinstance(values, list):
            raise self.place.wrong("book-wrong-type", key=key, expected="[…]")
        return tuple(self._text_of(key, value) for value in values)

    def flag(self, key: str, *, default: bool) -> bool:
        """Read true or false."""
        value = self.table.get(key, default)
        if not isinstance(value, bool):
            raise self.place.wrong("book-wrong-type", key=key, expected="true, false")
        return value

    def day(self, key: str) -> date | None:
        """Read a date that may be left out."""
        value = self.table.get(key)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            raise self.place.wrong("book-wrong-type", key=key, expected="2026-01-31")
        return value

    def choice(self, key: str, choices: type[Choice], default: Choice | None = None) -> Choice:
        """Read one of a few words; without a default it must be there.

        Raises:
            Misconfigured: `book-unknown-value` with the words that are allowed.
        """
        if default is not None and key not in self.table:
            return default
        value = self.text(key)
        if value not in set(choices):
            raise self.place.wrong("book-unknown-value", key=key, value=value, allowed=", ".join(choices))
        return choices(value)

    def _text_of(self, key: str, value: object) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self.place.wrong("book-wrong-type", key=key, expected='"…"')
        text = value.strip()
        if len(text) > MOST_CHARACTERS:
            raise self.place.wrong("book-too-long", key=key, limit=MOST_CHARACTERS)
        if unseen_in(text) or not _BREAKS.isdisjoint(text):
            raise self.place.wrong("book-unseen-characters", key=key)
        return text


def rows(document: Mapping[str, object], kind: str, keys: frozenset[str], file: str) -> Iterator[Row]:
    """Walk the `[[kind]]` tables of a document.

    Args:
        document: a parsed TOML file.
        kind: name of the tables; none is no error.
        keys: the keys a table may have.
        file: name of the file, for errors.

    Raises:
        Misconfigured: `book-wrong-type` when they are no tables, `book-unknown-key` for any other key.
    """
    tables = document.get(kind, [])
    if not isinstance(tables, list):
        raise Place(file, kind).wrong("book-wrong-type", key=kind, expected=f"[[{kind}]]")
    for number, table in enumerate(tables, start=1):
        place = Place(file, f"{kind} {number}{_label(table)}")
        if not isinstance(table, Mapping):
            raise place.wrong("book-wrong-type", key=kind, expected=f"[[{kind}]]")
        for key in table:
            if key not in keys:
                raise place.wrong("book-unknown-key", key=key, allowed=", ".join(sorted(keys)))
        yield Row(place, table)


def refuse_other_tables(document: Mapping[str, object], kinds: frozenset[str], file: str) -> None:
    """Refuse a document with a table that is none of the given kinds.

    Raises:
        Misconfigured: `book-unknown-key`.
    """
    for key in document:
        if key not in kinds:
            raise Place(file, key).wrong("book-unknown-key", key=key, allowed=", ".join(sorted(kinds)))


def _label(table: object) -> str:
    if isinstance(table, Mapping):
        for key in ("id", "address"):
            if isinstance(table.get(key), str):
                return f" ({table[key]})"
    return ""
