"""Contributions (供稿): which body supplied how many items of which bulletin."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one contributor supplied to one bulletin; public items alone are counted.

    Args:
        slug: part of the contributor's address, the same for every spelling of the name.
        name: as this bulletin prints it.
        bulletin_id: the bulletin.
        issue: number of the bulletin as printed, or empty.
        day: `YYYY-MM-DD` or `YYYY-MM` of the bulletin.
        items: number of items.
    """

    slug: str
    name: str
    bulletin_id: str
    issue: str
    day: str
    items: int
