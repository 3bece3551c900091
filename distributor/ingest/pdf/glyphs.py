"""What a PDF page holds: characters with positions and faces, words in other directions, pictures."""

from dataclasses import dataclass, field
from typing import NamedTuple

from distributor.model.lines import PageSize


@dataclass(frozen=True, slots=True)
class Face:
    """Font, size in points, weight and visibility of a stretch of characters; None where the file says nothing."""

    font: str | None
    size: float
    bold: bool | None = None
    invisible: bool = False


class Glyph(NamedTuple):
    """One character as it is set.

    Args:
        text: the character; a ligature may be several.
        left: left edge in points.
        right: right edge of its advance.
        baseline: distance of the baseline from the upper edge of the page.
        face: its look.
        order: its place in the stream of the page.
    """

    text: str
    left: float
    right: float
    baseline: float
    face: Face
    order: int


class Stroke(NamedTuple):
    """A straight line in points from the upper left corner, horizontal or vertical."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(slots=True)
class PageContent:
    """The characters of a page.

    Args:
        size: as a reader sees it, after rotation.
        glyphs: those in the direction most of the page is set in.
        slanted: words in another direction (watermarks, side notes), one text for each stretch.
        hidden: how many characters are drawn invisibly or beyond the edge of the page.
        pictures: whether the page shows pictures or drawings.
        recognised: whether its characters are an invisible layer over a scan.
        lost: whether the page could not be loaded.
        strokes: its horizontal and vertical lines.
    """

    size: PageSize
    glyphs: list[Glyph] = field(default_factory=list)
    slanted: list[str] = field(default_factory=list)
    hidden: int = 0
    pictures: bool = False
    recognised: bool = False
    lost: bool = False
    strokes: list[Stroke] = field(default_factory=list)
