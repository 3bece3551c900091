"""Metadata given by hand for a bulletin whose file does not carry it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Given:
    """What the caller knows of a bulletin; it fills what the masthead lacks.

    Args:
        title: name of the publication.
        issue: number as it should be printed.
        date: `YYYY-MM-DD` or `YYYY-MM`.
        publisher: the body that edits it.
    """

    title: str | None = None
    issue: str | None = None
    date: str | None = None
    publisher: str | None = None
