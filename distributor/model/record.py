"""A bulletin as it is kept: content with identity, dates, revisions and state."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from distributor.model.bulletin import DistributionGroup, Item, Masthead, Visibility
from distributor.model.canonical import digest
from distributor.model.finding import Finding, Level


class BulletinState(StrEnum):
    """How far a bulletin has come; computed from its dates and its sign-off, never stored."""

    DRAFT = "draft"
    SIGNED_OFF = "signed off"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Original:
    """The file as it was received.

    Args:
        name: file name without folders.
        media_type: type of the content.
        size: length in bytes.
        sha256: lower-case hex digest, the key of the stored bytes.
    """

    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """One item with its identity.

    Args:
        key: minted when the file is received; part of the permalink, the anchor in mails and the tag URI.
        tag_uri: minted once at first publication (RFC 4151), None before.
        position: 0-based position in the bulletin.
        section: heading it stands under, or None.
        content: the words.
        revision: 1 for the first version, one more for each correction.
        published: fixed at first publication; items of one bulletin have distinct seconds, descending.
        updated: moves only on a real correction.
        withdrawn: when it was taken back, or None.
        dropped: the file at hand no longer holds it, because a correction left it out.
    """

    key: str
    position: int
    section: str | None
    content: Item
    tag_uri: str | None = None
    revision: int = 1
    published: datetime | None = None
    updated: datetime | None = None
    withdrawn: datetime | None = None
    dropped: bool = False

    @property
    def is_public(self) -> bool:
        """Whether everybody may read it now."""
        return self.content.visibility is Visibility.PUBLIC and self.published is not None and self.withdrawn is None


@dataclass(frozen=True, slots=True)
class BulletinRecord:
    """One bulletin (一期) with its items.

    Args:
        id: short key, part of its address.
        publication: slug of the publication.
        masthead: title, number, date and publisher, completed by what the editor gave.
        preamble: paragraphs of the editor's note.
        items: in order, with their identity.
        distribution: the footer as printed.
        original: the file it came from.
        received: when.
        received_by: name of the actor.
        revision: 1, one more for each correction.
        findings: what the editor should look at.
        published: when it was first published, or None.
        withdrawn: when it was taken back, or None.
        backfilled: an old bulletin that stands in the archive only.
    """

    id: str
    publication: str
    masthead: Masthead
    preamble: tuple[str, ...]
    items: tuple[ItemRecord, ...]
    distribution: tuple[DistributionGroup, ...]
    original: Original
    received: datetime
    received_by: str
    revision: int = 1
    findings: tuple[Finding, ...] = ()
    published: datetime | None = None
    withdrawn: datetime | None = None
    backfilled: bool = False

    @property
    def sections(self) -> tuple[tuple[str | None, tuple[ItemRecord, ...]], ...]:
        """Items grouped by heading, in order; neighbouring items of one heading stay together."""
        groups: list[tuple[str | None, list[ItemRecord]]] = []
        for item in self.items:
            if not groups or groups[-1][0] != item.section:
                groups.append((item.section, []))
            groups[-1][1].append(item)
        return tuple((title, tuple(items)) for title, items in groups)

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """Findings that stop sign-off and publication."""
        return tuple(f for f in self.findings if f.level is Level.BLOCKING)

    def holds_only(self, seen: Collection[Visibility]) -> bool:
        """Whether the file at hand holds only what certain readers may have: nothing hidden, nothing taken back.

        Args:
            seen: what they may see.
        """
        in_file = (item for item in self.items if not item.dropped)
        return all(item.withdrawn is None and item.content.visibility in seen for item in in_file)

    @property
    def content_hash(self) -> str:
        """Digest of every word that readers get; a sign-off binds it."""
        words = [(item.key, item.section, item.content, item.withdrawn is not None) for item in self.items]
        return digest([self.masthead, self.preamble, words, self.distribution, self.original.sha256])


def state_of(record: BulletinRecord, signed_hash: str | None) -> BulletinState:
    """Tell how far a bulletin has come.

    Args:
        record: the bulletin.
        signed_hash: digest of the words that were signed last, or None.
    """
    if record.withdrawn is not None:
        return BulletinState.WITHDRAWN
    if record.published is not None:
        return BulletinState.PUBLISHED
    return BulletinState.SIGNED_OFF if signed_hash == record.content_hash else BulletinState.DRAFT


def display_title(masthead: Masthead) -> str:
    """Name and number in one line: 联盟协发网简报 第12期."""
    return " ".join(part for part in (masthead.title, masthead.issue) if part)
