"""The running text of a DOCX, block by block: paragraphs, tables, text boxes, content controls."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from lxml import etree

from distributor.ingest.docx.inline import Content, InlineReader, Remarks, choose, line_style, paragraph_style
from distributor.ingest.docx.names import MC, W, child, number, switch, value
from distributor.ingest.docx.numbering import Numbering
from distributor.ingest.docx.styles import ParagraphLook, Styles, paragraph_look
from distributor.model.lines import Line, Style

_OUTLINE_LEVELS: Final = 9
_PAGE_SECTIONS: Final = frozenset({None, "nextPage", "evenPage", "oddPage"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands: in a cell of a table, in a text box, header or footer."""

    cell: tuple[int, int, int] | None = None
    boxed: bool = False


@dataclass(slots=True)
class BlockReader:
    """Walks blocks in order and collects their lines.

    Args:
        styles: of the document.
        numbering: its lists, counted along the way.
        remarks: what was left out.
        lines: grows; numbers are given later.
        sections: section properties met, for headers and footers.
        notes: footnotes and endnotes referred to, in order.
        section_types: how each section of the document begins, in order.
    """

    styles: Styles
    numbering: Numbering
    remarks: Remarks
    lines: list[Line] = field(default_factory=list)
    sections: list[etree._Element] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    section_types: list[str | None] = field(default_factory=list)
    _inline: InlineReader = field(init=False)
    _page: int = 1
    _paragraph: int = 0
    _tables: int = 0
    _held: tuple[Content, ParagraphLook] | None = None

    def __post_init__(self) -> None:
        self._inline = InlineReader(self.styles, self.remarks)

    def read(self, container: etree._Element | None, place: Place) -> None:
        """Read all blocks of a body, cell, text box, header, footer or note."""
        self._blocks(container, place)
        if self._held is not None:
            # the last paragraph of a container has nothing to grow together with
            content, look = self._held
            self._held = None
            self._emit(content, look, None, place)

    def _blocks(self, container: etree._Element | None, place: Place) -> None:
        for block in container if container is not None else ():
            self._block(block, place)

    def _block(self, block: etree._Element, place: Place) -> None:
        match block.tag:
            case tag if tag == W + "p":
                self._paragraph_block(block, place)
            case tag if tag == W + "tbl":
                self._table(block, place)
            case tag if tag in {W + "del", W + "moveFrom"}:
                self.remarks.deletions += 1
            case tag if tag == W + "sectPr":
                self.sections.append(block)
            case tag if tag == MC + "AlternateContent":
                self._blocks(choose(block), place)
            case tag if tag in {W + "sdt", W + "sdtContent", W + "customXml", W + "ins", W + "moveTo"}:
                self._blocks(block, place)

    def _paragraph_block(self, paragraph: etree._Element, place: Place) -> None:
        properties = child(paragraph, "pPr")
        look = self._look(properties)
        content = self._held[0] if self._held else Content()
        self._held = None
        self._inline.read(paragraph, content, look.run)
        if any(child(properties, "rPr", name) is not None for name in ("del", "moveFrom")):
            # its end was deleted: the next paragraph goes on in the same line
            self.remarks.deletions += 1
            self._held = content, look
            return
        marker = self._marker(properties, look)
        self._boxes(content)
        self.notes += content.notes
        self._emit(content, look, marker, place)
        self._section(child(properties, "sectPr"))

    def _look(self, properties: etree._Element | None) -> ParagraphLook:
        return paragraph_look(properties).over(self.styles.paragraph(value(properties, "pStyle")))

    def _marker(self, properties: etree._Element | None, look: ParagraphLook) -> str | None:
        if not look.list_id:
            return None
        level = look.level
        if number(properties, "numPr", "numId") is None:
            style = self.styles.list_style(value(properties, "pStyle"))
            tied = self.numbering.level_of_style(look.list_id, style)
            level = tied if tied is not None else level
        return self.numbering.marker(look.list_id, level or 0)

    def _boxes(self, content: Content) -> None:
        for words in content.titles:
            self._paragraph += 1
            self.lines.append(Line(0, words, self._page, paragraph=self._paragraph, boxed=True))
        for box in content.boxes:
            self.read(box, Place(boxed=True))

    def _emit(self, content: Content, look: ParagraphLook, marker: str | None, place: Place) -> None:
        self._paragraph += 1
        self._page += bool(look.page_break and self.lines and not content.pages[0])
        outline = look.outline if look.outline is not None and look.outline <= _OUTLINE_LEVELS else None
        base = paragraph_style(look.name, outline, look.align, look.run)
        for index, pieces in enumerate(content.lines):
            self._page += content.pages[index]
            text = "".join(piece for piece, _ in pieces)
            first = marker if index == 0 else None
            self.lines.append(self._line(text, line_style(pieces, base), first, place))

    def _line(self, text: str, style: Style, marker: str | None, place: Place) -> Line:
        return Line(
            0,
            text,
            self._page,
            style=style,
            paragraph=self._paragraph,
            marker=marker,
            cell=place.cell,
            boxed=place.boxed,
        )

    def _section(self, properties: etree._Element | None) -> None:
        if properties is not None:
            self.sections.append(properties)
            # the properties close a section; whether the next one starts a page stands in its own
            following = self.section_types[len(self.sections) : len(self.sections) + 1]
            self._page += any(kind in _PAGE_SECTIONS for kind in following)

    def _table(self, table: etree._Element, place: Place) -> None:
        identity = self._tables
        self._tables += 1
        for index, row in enumerate(self._rows(table)):
            column = number(row, "trPr", "gridBefore") or 0
            for cell in _inside(row, W + "tc"):
                if not _continues(cell):
                    self.read(cell, replace(place, cell=(identity, index, column)))
                column += max(number(cell, "tcPr", "gridSpan") or 1, 1)

    def _rows(self, table: etree._Element) -> Iterator[etree._Element]:
        for row in _inside(table, W + "tr"):
            if child(row, "trPr", "del") is not None:
                self.remarks.deletions += 1
            elif switch(row, "trPr", "hidden"):
                self.remarks.hidden += sum(len(text.text or "") for text in row.iter(W + "t"))
            else:
                yield row


def _inside(element: etree._Element, name: str) -> Iterator[etree._Element]:
    # rows and cells may be wrapped in content controls or custom mark-up
    for part in element:
        if part.tag == name:
            yield part
        elif part.tag in {W + "sdt", W + "sdtContent", W + "customXml", W + "ins", W + "moveTo"}:
            yield from _inside(part, name)


def _continues(cell: etree._Element) -> bool:
    merge = child(cell, "tcPr", "vMerge")
    return merge is not None and merge.get(W + "val", "continue") != "restart"
