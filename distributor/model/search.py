"""What is looked for, and what can be found."""

from dataclasses import dataclass
from datetime import date, datetime

from distributor.model.bulletin import Masthead
from distributor.model.record import ItemRecord


@dataclass(frozen=True, slots=True)
class IndexedItem:
    """A public item as the index holds it.

    Args:
        key: of the item.
        position: 0-based position in the bulletin; items of one bulletin are found in its order.
        fields: terms of title, paragraphs and so on, each in order; a phrase never reaches from one into another.
        facets: terms that say where it belongs.
    """

    key: str
    position: int
    fields: tuple[tuple[str, ...], ...]
    facets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for; everything that is given must hold.

    Args:
        phrases: terms that must stand one behind the other.
        facets: terms that say where an item must belong.
        first: not in an older bulletin than of this day, or None.
        last: not in a newer bulletin than of this day, or None.
    """

    phrases: tuple[tuple[str, ...], ...] = ()
    facets: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is looked for."""
        return not (self.phrases or self.facets or self.first or self.last)


@dataclass(frozen=True, slots=True)
class ListedItem:
    """A public item as lists show it, with what is to be known of its bulletin.

    Args:
        item: the item.
        bulletin_id: the bulletin.
        masthead: name, number and date of the bulletin.
    """

    item: ItemRecord
    bulletin_id: str
    masthead: Masthead


@dataclass(frozen=True, slots=True)
class ListedBulletin:
    """A published bulletin as lists show it.

    Args:
        id: its id.
        masthead: name, number, date and publisher.
        published: when it was first published.
        items: number of its public items.
    """

    id: str
    masthead: Masthead
    published: datetime
    items: int
