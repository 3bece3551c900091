"""The content of a bulletin as the parser reads it: sections, items, attributions, distribution."""

from dataclasses import dataclass
from enum import StrEnum

from distributor.model.finding import Finding, Level


class Visibility(StrEnum):
    """Who may see an item: everybody, the recipients (mail and restricted feeds), or readers of the mail alone."""

    PUBLIC = "public"
    RECIPIENTS = "recipients"
    MAIL_ONLY = "mail only"


@dataclass(frozen=True, slots=True)
class Masthead:
    """The head of a bulletin; each part may be missing.

    Args:
        title: name of the publication without letter-spacing.
        issue: number as printed, for example 第12期（总第345期）.
        date: `YYYY-MM-DD` or `YYYY-MM`.
        publisher: the body that edits it, without 编/编印/主办.
    """

    title: str | None = None
    issue: str | None = None
    date: str | None = None
    publisher: str | None = None


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who supplied an item, or where it was taken from.

    Args:
        raw: as printed, brackets included.
        kind: the printed word: 供稿, 摘述, 来源, 记者 …, or 署名 for a bare name in brackets.
        organizations: full names in order, never split inside a name.
        persons: names of reporters or authors.
        source: the medium it was taken from, without 《》.
    """

    raw: str
    kind: str
    organizations: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of news: a title and its paragraphs, verbatim.

    Args:
        title: without its marker, printed lines joined.
        paragraphs: text as written, hard line breaks joined.
        attribution: None when the file names nobody.
        line: 1-based line of the source where the title begins.
        confidence: 0 to 1, how sure the parser is that this is one item with this title.
        visibility: who may see it.
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    attribution: Attribution | None = None
    line: int = 0
    confidence: float = 1.0
    visibility: Visibility = Visibility.PUBLIC


@dataclass(frozen=True, slots=True)
class Section:
    """A group of items under one heading; title None means that the bulletin has no headings."""

    title: str | None
    items: tuple[Item, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class DistributionGroup:
    """One line of the footer: 报, 送, 发 … with its entries.

    Args:
        kind: the label without spaces and colon.
        entries: names as printed, in order.
        suffix: the qualifier that belongs to the whole list (相关司局及部门).
        line: 1-based line of the source where the label stands.
    """

    kind: str
    entries: tuple[str, ...]
    suffix: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Noise:
    """A line that belongs to no node, with the reason it was left out (page number, running head, rule …)."""

    text: str
    reason: str
    line: int


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One bulletin (一期): what an editor reviews and an approver signs."""

    masthead: Masthead
    sections: tuple[Section, ...]
    distribution: tuple[DistributionGroup, ...] = ()
    preamble: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """All items in the order of the bulletin."""
        return tuple(item for section in self.sections for item in section.items)


@dataclass(frozen=True, slots=True)
class ParsedBulletin:
    """What the parser owes its editor: the bulletin, what it left out, and what to look at."""

    bulletin: Bulletin
    noise: tuple[Noise, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings that stop publication until a person has settled them."""
        return tuple(f for f in self.findings if f.level is Level.BLOCKING)
