"""One table of a configuration file, read strictly; every refusal says in which file and entry it stands."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from distributor.errors import Misconfigured

_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Entry:
    """A table and where it stands.

    Args:
        file: name of the file.
        name: name of the entry, empty for the file as a whole.
        values: what is in it.
    """

    file: str
    name: str
    values: Mapping[str, object]

    def refuse(self, code: str, **parameters: object) -> Misconfigured:
        """Make the error for something in this entry; `place` begins its sentence: `schedule.toml [bao]: `."""
        place = f"{self.file} [{self.name}]: " if self.name else f"{self.file}: "
        return Misconfigured(code, **{**parameters, "file": self.file, "entry": self.name, "place": place})

    def only(self, known: Collection[str]) -> None:
        """Refuse keys that nobody reads.

        Raises:
            Misconfigured: `entry-key-unknown`.
        """
        unknown = sorted(str(key) for key in self.values if key not in known)
        if unknown:
            raise self.refuse("entry-key-unknown", key=unknown[0], known=", ".join(sorted(known)))

    def text(self, key: str, default: str | None = None) -> str:
        """Give a text that is not empty.

        Raises:
            Misconfigured: `entry-key-missing` without default, `entry-value`.
        """
        value = self.values.get(key, default)
        if value is None:
            raise self.refuse("entry-key-missing", key=key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, value)
        return value.strip()

    def flag(self, key: str, *, default: bool) -> bool:
        """Give a truth value.

        Raises:
            Misconfigured: `entry-value`.
        """
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, value)
        return value

    def choice(self, key: str, default: _Choice) -> _Choice:
        """Give one of some words; hyphens and underscores count as spaces.

        Raises:
            Misconfigured: `entry-choice`.
        """
        value = self.text(key, default.value).replace("_", " ").replace("-", " ")
        try:
            return type(default)(value)
        except ValueError as error:
            choices = ", ".join(choice.value for choice in type(default))
            raise self.refuse("entry-choice", key=key, value=value, choices=choices) from error

    def entries(self, key: str) -> list[object]:
        """Give a list, empty when there is none.

        Raises:
            Misconfigured: `entry-value`.
        """
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.wrong(key, value)
        return value

    def table(self, name: str, value: object, key: str) -> "Entry":
        """Take a value as a table of its own.

        Raises:
            Misconfigured: `entry-value`.
        """
        if not isinstance(value, Mapping):
            raise self.wrong(key, value)
        return Entry(self.file, name, value)

    def wrong(self, key: str, value: object) -> Misconfigured:
        """Make the error for a value that cannot be used."""
        return self.refuse("entry-value", key=key, value=value)
