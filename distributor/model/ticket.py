"""What a person must settle about an address: it asks to be left out, it complains, it cannot be reached."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TicketKind(StrEnum):
    """What a ticket is about; the sentence is `ticket.<value>`."""

    UNSUBSCRIBE = "unsubscribe"
    COMPLAINT = "complaint"
    # an address that failed and is suspended; its body was reached, or will be tried at its backup mailbox
    BOUNCE = "bounce"
    # a body that a bulletin has not reached at any address
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Ticket:
    """One of them.

    Args:
        id: minted with it.
        kind: what it is about, one of TicketKind.
        address: which address.
        list_id: of which list.
        opened: when it was opened.
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
