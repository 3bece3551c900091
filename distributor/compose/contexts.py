"""What the templates of mails may use: typed, documented, compared with the templates by a test."""

from dataclasses import dataclass
from enum import StrEnum

from distributor.compose.theme import ThemeView
from distributor.model.message import Slot, marker
from distributor.model.recipient import Role


class Fullness(StrEnum):
    """How much of each item a digest holds, most first."""

    FULL = "full"
    SUMMARIES = "summaries"
    TITLES = "titles"


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item as a mail shows it.

    Args:
        title: without its marker.
        url: its page on the web, or None when it has none for everybody.
        paragraphs: as many as the digest holds; the last one may be cut.
        attribution: as printed, or None.
        is_cut: whether the page holds more than the mail.
        is_corrected: whether its words are others than those that were published first (更正).
    """

    title: str
    url: str | None
    paragraphs: tuple[str, ...]
    attribution: str | None
    is_cut: bool = False
    is_corrected: bool = False


@dataclass(frozen=True, slots=True)
class SectionView:
    """A heading with its items.

    Args:
        title: the heading, or None when the bulletin has none.
        items: in the order of the bulletin.
    """

    title: str | None
    items: tuple[ItemView, ...]


@dataclass(frozen=True, slots=True)
class DistributionView:
    """One line of the footer.

    Args:
        label: 报, 送, 发 … as printed.
        names: the entries as printed, with the qualifier that belongs to all.
    """

    label: str
    names: str


@dataclass(frozen=True, slots=True)
class OriginalView:
    """The file a bulletin came from.

    Args:
        name: its name.
        url: where everybody can get it, or None.
        is_attached: whether it goes with the mail.
    """

    name: str
    url: str | None
    is_attached: bool


@dataclass(frozen=True, slots=True)
class DigestContext:
    """Everything the templates of `mail/digest` may use.

    Args:
        subject: the subject line the list asks for, or None for the usual one.
        title: name of the publication as in the masthead.
        issue: number as printed, or None.
        date: `YYYY-MM-DD` or `YYYY-MM` as in the masthead, or None.
        publisher: the body that edits it.
        preamble: paragraphs of the editor's note.
        sections: what the role may see.
        count: number of items in them.
        distribution: 报/送/发 lines as printed.
        role: how the reader is addressed: report, send, issue or subscriber.
        must_receive: whether unsubscribing is a request to the secretariat.
        list_name: name of the recipient list for people.
        fullness: full, summaries or titles.
        preheader: what a mailbox shows beside the subject.
        bulletin_url: page of the bulletin, or None when nothing in it is public.
        feeds_url: page of the feeds.
        archive_url: page of past bulletins.
        contact: address of the secretariat.
        content_language: BCP 47, language of the bulletin.
        original: the file the bulletin came from, or None when the list does not get it.
        theme: colours, and words above and below the masthead.
        greeting: slot: how the reader is addressed; may only be printed.
        unsubscribe_url: slot: page with the button; may only be printed.
        preferences_url: slot: page that says why the reader gets the mail; may only be printed.
    """

    subject: str | None
    title: str
    issue: str | None
    date: str | None
    publisher: str
    preamble: tuple[str, ...]
    sections: tuple[SectionView, ...]
    count: int
    distribution: tuple[DistributionView, ...]
    role: Role
    must_receive: bool
    list_name: str
    fullness: Fullness
    preheader: str
    bulletin_url: str | None
    feeds_url: str
    archive_url: str
    contact: str
    content_language: str
    original: OriginalView | None
    theme: ThemeView
    greeting: str = marker(Slot.GREETING)
    unsubscribe_url: str = marker(Slot.UNSUBSCRIBE_URL)
    preferences_url: str = marker(Slot.PREFERENCES_URL)
