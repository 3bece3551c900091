"""Positioned lines: what reading a file yields and what the parser works on, whatever the form of the file."""

from dataclasses import dataclass, field
from enum import StrEnum

from distributor.model.finding import Finding


class Form(StrEnum):
    """How the lines were had; some evidence exists in one form only."""

    TEXT = "text"
    PDF = "pdf"
    DOCX = "docx"


class Align(StrEnum):
    """How a paragraph is set between the margins, where the file says so."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"
    JUSTIFY = "justify"


@dataclass(frozen=True, slots=True)
class Box:
    """Where a line stands on its page, in points from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Style:
    """What the file says about the look of a line; None where it says nothing.

    Args:
        size: font size of most of its characters, in points.
        bold: whether most of its characters are bold.
        font: family name of most of its characters.
        name: name of the paragraph style (Heading 1, 标题 1 …).
        outline: outline level, 1 is the highest.
        align: alignment of the paragraph.
    """

    size: float | None = None
    bold: bool | None = None
    font: str | None = None
    name: str | None = None
    outline: int | None = None
    align: Align | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line of the source.

    Args:
        number: 1-based number of the line, for findings.
        text: as read, leading and trailing spaces kept; no control characters, radicals folded.
        page: 1-based page, or None where the form has no pages.
        box: position on the page, or None.
        style: what is known of its look, or None.
        paragraph: lines of one paragraph share this number where the file knows its paragraphs (DOCX), else None.
        marker: automatic number or bullet that the file draws but does not hold as text (DOCX lists), else None.
        cell: (table, row, column), 0-based, when the line stands in a table.
        boxed: the line stands in a text box, header or footer rather than in the running text.
    """

    number: int
    text: str
    page: int | None = None
    box: Box | None = None
    style: Style | None = None
    paragraph: int | None = None
    marker: str | None = None
    cell: tuple[int, int, int] | None = None
    boxed: bool = False


@dataclass(frozen=True, slots=True)
class PageSize:
    """Width and height of a page in points."""

    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read: its lines in reading order and what was noticed on the way.

    Args:
        form: how the lines were had.
        lines: in reading order, columns of a page one after the other.
        pages: sizes of the pages, empty where the form has none.
        findings: removed characters, tracked changes, hidden text, scripts, macros …
    """

    form: Form
    lines: tuple[Line, ...]
    pages: tuple[PageSize, ...] = field(default_factory=tuple)
    findings: tuple[Finding, ...] = ()
