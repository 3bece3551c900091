"""What can be subscribed to, and what each bulletin adds to it: the cards of a catalogue."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ChannelKind(StrEnum):
    """What the items of a channel have in common."""

    EVERYTHING = "all"
    SECTION = "sections"
    CONTRIBUTOR = "contributors"


@dataclass(frozen=True, slots=True)
class Channel:
    """Something readers can subscribe to; two spellings of one name are one channel.

    Args:
        kind: what its items have in common.
        slug: part of its address, made of the name alone; empty for everything.
    """

    kind: ChannelKind
    slug: str = ""

    @property
    def stem(self) -> str:
        """Path of its feeds without the ending of the format."""
        return f"feeds/{self.kind}/{self.slug}" if self.slug else f"feeds/{self.kind}"

    def archive_stem(self, bulletin_id: str) -> str:
        """Path of what one bulletin adds to it, without the ending of the format."""
        return f"{self.stem}/{bulletin_id}" if self.slug else f"feeds/archive/{bulletin_id}"


EVERYTHING = Channel(ChannelKind.EVERYTHING)


@dataclass(frozen=True, slots=True)
class Share:
    """What one bulletin adds to a channel.

    Args:
        channel: the channel.
        name: heading or name of the contributor as this bulletin prints it; empty for everything.
        items: number of public items.
    """

    channel: Channel
    name: str
    items: int


@dataclass(frozen=True, slots=True)
class Card:
    """All that must be known of a bulletin to find its place among the others: its card in the catalogue.

    Args:
        id: of the bulletin.
        issue: its number, else its date, in one line; may be empty.
        published: when it was first published; the order of the archive.
        changed: when readers last got something else because of it: publication, correction, withdrawal.
        backfilled: it stands in the archive only.
        shares: what it adds to which channel; empty while nobody may read it.
    """

    id: str
    issue: str
    published: datetime
    changed: datetime
    backfilled: bool
    shares: tuple[Share, ...]

    @property
    def place(self) -> tuple[datetime, str]:
        """Its place in the order of the archive."""
        return self.published, self.id


@dataclass(frozen=True, slots=True)
class ChannelCount:
    """How much there is in a channel.

    Args:
        channel: the channel.
        name: heading or name of the contributor as the newest of its bulletins prints it; empty for everything.
        bulletins: number of bulletins with public items in it.
        items: number of public items in it.
    """

    channel: Channel
    name: str
    bulletins: int
    items: int
