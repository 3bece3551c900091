"""A wish that a person must settle: an address that must receive asks to be left out."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Ticket:
    """One wish.

    Args:
        id: minted with it.
        kind: unsubscribe.
        address: who asks.
        list_id: of which list.
        opened: when it came.
        due: when it should be settled.
        closed: when it was settled, or None.
    """

    id: str
    kind: str
    address: str
    list_id: str
    opened: datetime
    due: datetime
    closed: datetime | None = None
