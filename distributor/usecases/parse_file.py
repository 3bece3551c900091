"""Read a bulletin file and say what an editor should look at; needs no database."""

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

from distributor import ingest, parse, recipients
from distributor.errors import Misconfigured, Refused
from distributor.model.bulletin import ParsedBulletin
from distributor.model.recipient import AddressBook
from distributor.parse import Given


def parse_file(data: bytes, name: str, given: Given, book: AddressBook) -> ParsedBulletin:
    """Parse a bulletin file and resolve its footer against the address book.

    Args:
        data: the bytes of the file.
        name: its name; the ending is held against the bytes.
        given: title, number, date and publisher for what the file lacks.
        book: the bodies that a footer may name.

    Raises:
        FileRefused: when there is no bulletin to be had from it, with advice.
        Refused: `date-unreadable` for a given date that the calendar does not have.
    """
    require_date(given.date)
    parsed = parse.parse(ingest.read(data, name), given)
    unknown = recipients.footer_findings(parsed.bulletin.distribution, book)
    return replace(parsed, findings=(*parsed.findings, *unknown))


def require_date(text: str | None) -> None:
    """Refuse a date that is none; a month alone is enough.

    Args:
        text: `YYYY-MM-DD` or `YYYY-MM`, or None.

    Raises:
        Refused: `date-unreadable`.
    """
    if text is None:
        return
    try:
        date.fromisoformat(text if text.count("-") == 2 else f"{text}-01")  # noqa: PLR2004  YYYY-MM-DD has two
    except ValueError as error:
        raise Refused("date-unreadable", text=text) from error


def known_organizations(config: Path) -> AddressBook:
    """Read the organizations and groups that are configured as files.

    Args:
        config: folder of the TOML files.

    Raises:
        Misconfigured: `config-missing`, or what is wrong with the file.
    """
    names = ("organizations.toml", "recipients.toml")
    documents = [read_toml(config / name) for name in names]
    return recipients.read_address_book(documents[0], documents[1], files=(names[0], names[1]))


def read_toml(file: Path) -> dict[str, object]:
    """Read a TOML file.

    Args:
        file: the file.

    Raises:
        Misconfigured: `config-missing` or `config-unreadable` with the line.
    """
    try:
        return tomllib.loads(read_config(file))
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured("config-unreadable", file=str(file), problem=error) from error


def read_config(file: Path) -> str:
    """Read the text of a configuration file.

    Args:
        file: the file.

    Raises:
        Misconfigured: `config-missing` or `config-unreadable`.
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise Misconfigured("config-missing", file=str(file)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured("config-unreadable", file=str(file), problem=error) from error
