"""Revisions: what readers had before a correction, and what was taken back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from distributor.model.bulletin import Item
from distributor.model.record import BulletinRecord, Original


class UnderWay(StrEnum):
    """What becomes of mail that is under way when its bulletin changes: it stops, or goes out as it was frozen."""

    STOP = "stop"
    FINISH = "finish"


@dataclass(frozen=True, slots=True)
class BulletinRevision:
    """A version of a bulletin that readers had.

    Args:
        revision: 1 for the first, one more for each correction.
        original: the file it came from.
        published: when readers got it.
        published_by: name of the actor.
        note: what the editor said about the correction, or empty.
    """

    revision: int
    original: Original
    published: datetime
    published_by: str
    note: str


@dataclass(frozen=True, slots=True)
class ItemRevision:
    """The words of an item in one version.

    Args:
        revision: 1 for the first, one more for each correction of this very item.
        section: heading it stood under, or None.
        content: the words.
        bulletin_revision: the version of the bulletin that brought them.
        created: when they were received or published.
        created_by: name of the actor.
    """

    revision: int
    section: str | None
    content: Item
    bulletin_revision: int
    created: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Something that was taken back.

    Args:
        id: minted with it.
        bulletin_id: the bulletin.
        item_key: the item, or None for the whole bulletin.
        withdrawn: when.
        withdrawn_by: name of the actor.
        reason: what readers are told.
    """

    id: str
    bulletin_id: str
    item_key: str | None
    withdrawn: datetime
    withdrawn_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReceivedCorrection:
    """A corrected file that was received and waits to be signed off and published.

    Args:
        id: minted with it.
        bulletin_id: the bulletin it corrects.
        record: what the file says, with keys of its own.
        note: what the editor says about it, or empty.
        received: when.
        received_by: name of the actor.
    """

    id: str
    bulletin_id: str
    record: BulletinRecord
    note: str
    received: datetime
    received_by: str
