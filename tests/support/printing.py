"""Prints the blocks of a composed bulletin as the lines that files of different forms yield."""

import random
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from distributor.model.lines import Align, Box, Form, Line, PageSize, Source, Style
from tests.support.bulletins import Block

BORDER = re.compile(r"(?<=[\u4e00-\u9fff])(?=[0-9A-Za-z])|(?<=[0-9A-Za-z%])(?=[\u4e00-\u9fff])")
NOT_FIRST = "，。、；：？！）】》”’"
HEADINGS = ("masthead", "section", "title")


@dataclass(frozen=True, slots=True)
class Paper:
    """How text is set.

    Args:
        columns: half-width columns of a line.
        indent: first lines of paragraphs are indented by two characters.
        spaced: empty paragraphs stand before headings.
        centred: headings are centred.
        page: lines of a page, 0 for one endless page.
        hanging: closing punctuation may stand beyond the right edge; otherwise it takes the character before it along.
    """

    columns: int = 66
    indent: bool = True
    spaced: bool = True
    centred: bool = False
    page: int = 30
    hanging: bool = False


def columns_of(text: str) -> float:
    """Half-width columns of a text, with the quarter of a character that typesetting puts between scripts."""
    wide = sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)
    return wide + len(BORDER.findall(text)) / 2


def wrap(text: str, paper: Paper, first: int = 0) -> list[str]:
    """Break a paragraph into lines; western words stay whole, closing punctuation never begins a line."""
    lines: list[str] = []
    line: list[str] = []
    room = paper.columns - first
    for token in _tokens(text):
        if line and columns_of("".join(line) + token) > room and not (paper.hanging and token[0] in NOT_FIRST):
            kept = [line.pop()] if token[0] in NOT_FIRST and len(line) > 1 else []
            lines.append("".join(line).rstrip(" "))
            line, room = kept, paper.columns
            token = token if kept else token.lstrip(" ")  # noqa: PLW2901  a line begins with no space
        line.append(token)
    return [*lines, "".join(line)]


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    for char in text:
        western = (char.isascii() and char != " ") or char == "·"
        if tokens and western and (tokens[-1][-1].isascii() or tokens[-1][-1] == "·") and tokens[-1][-1] != " ":
            tokens[-1] += char
        else:
            tokens.append(char)
    return tokens


def as_word(blocks: Sequence[Block], paper: Paper) -> Source:
    """Text as a word processor saves it: one line for each paragraph."""
    lines: list[str] = []
    for block in blocks:
        if block.spaced and paper.spaced:
            lines.append("")
        indent = "\u3000\u3000" if paper.indent and block.kind in ("text", "note") else ""
        printed = [indent + block.lines[0], *block.lines[1:]]
        printed[-1] += ("\t" + block.tail.lstrip("\0")) if block.tail else ""
        lines += printed
    return text_source(lines)


def as_seed(blocks: Sequence[Block], paper: Paper, rng: random.Random) -> Source:
    """Text as the reference bulletin has it: paragraphs end with a space, empty lines stand between the rows."""
    lines: list[str] = []
    count = 0
    for block in blocks:
        if block.spaced:
            lines += [" ", ""]
        for row in _rows(block, paper, stretch=rng):
            start = " " if paper.page and count and count % paper.page == 0 else ""
            if start and rng.random() < 0.5:
                lines += ["", " ", f"{count // paper.page} ", "", " "]
            if block.kind == "attribution":
                row = " " * rng.choice((0, 2, 62)) + row  # noqa: PLW2901  the printed row
            lines += [start + row, ""] if rng.random() < 0.95 else [start + row]
            count += 1
    return text_source(lines)


def _rows(block: Block, paper: Paper, stretch: random.Random) -> list[str]:
    rows: list[str] = []
    for manual in block.lines:
        wrapped = wrap(manual + ("          " + block.tail.lstrip("\0") if block.tail else ""), paper)
        rows += [*(_stretched(row, stretch) for row in wrapped[:-1]), wrapped[-1] + " "]
    return rows


def _stretched(row: str, rng: random.Random) -> str:
    return " ".join(row) if rng.random() < 0.02 and not any(char.isascii() for char in row) else row


def as_extracted(blocks: Sequence[Block], paper: Paper, *, keep_layout: bool = False) -> Source:
    """Text that an extractor took from a PDF: page numbers between the lines; layout kept as spaces, or lost."""
    lines: list[str] = []
    count = 0
    for block in blocks:
        if keep_layout and paper.spaced and block.spaced:
            lines.append("")
        for row, left in placed_rows(block, paper):
            lines.append(" " * left + row if keep_layout else row)
            count += 1
            if paper.page and count % paper.page == 0:
                lines += (
                    ["", "", " " * 30 + f"- {count // paper.page} -"] if keep_layout else [f"- {count // paper.page} -"]
                )
    return text_source(lines)


def placed_rows(block: Block, paper: Paper) -> list[tuple[str, int]]:
    """The printed rows of a block with the column at which each begins."""
    indent = 4 if paper.indent and block.kind in ("text", "note") else 0
    rows: list[tuple[str, int]] = []
    for manual in block.lines:
        text = manual + _tail(block, manual, paper)
        for position, row in enumerate(wrap(text, paper, indent)):
            left = indent if position == 0 else 0
            if block.kind == "attribution":
                left = max(0, int(paper.columns - columns_of(row)))
            elif paper.centred and block.kind in HEADINGS:
                left = max(0, int(paper.columns - columns_of(row)) // 2)
            rows.append((row, left))
    return rows


def _tail(block: Block, manual: str, paper: Paper) -> str:
    """What stands at the right end of the line: a date after a gap, or leaders and a page number."""
    if not block.tail.startswith("\0"):
        return "     " + block.tail if block.tail else ""
    last = wrap(manual, paper)[-1]
    return "." * max(3, int(paper.columns - columns_of(last)) - 2) + block.tail[1:]


def as_docx(blocks: Sequence[Block], paper: Paper) -> Source:
    """Lines of a word-processor file: paragraphs are known, headings are larger or bold."""
    lines: list[Line] = []
    for paragraph, block in enumerate(blocks):
        style = _style(block, paper)
        if block.spaced and paper.spaced:
            lines.append(Line(len(lines) + 1, "", style=style, paragraph=1000 + paragraph))
        for text in block.lines[:-1]:
            lines.append(Line(len(lines) + 1, text, style=style, paragraph=paragraph))
        last = block.lines[-1] + ("\t" + block.tail.lstrip("\0") if block.tail else "")
        lines.append(Line(len(lines) + 1, last, style=style, paragraph=paragraph))
    return Source(Form.DOCX, tuple(lines))


def as_pdf(blocks: Sequence[Block], paper: Paper) -> Source:
    """Lines of a PDF: each with its box, page and font size."""
    lines: list[Line] = []
    height, top, page = 760.0, 72.0, 1
    for block in blocks:
        style = _style(block, paper)
        size = style.size or 12.0
        top += 14.0 if block.spaced and paper.spaced else 0.0
        for row, left in placed_rows(block, paper):
            if top > height:
                lines.append(Line(len(lines) + 1, f"- {page} -", page, Box(280, 780, 310, 792), Style(size=9.0)))
                top, page = 72.0, page + 1
            start = 72.0 + left * 6.0
            box = Box(start, top, start + columns_of(row) * size / 2, top + size)
            lines.append(Line(len(lines) + 1, row, page, box, style))
            top += 22.0
    return Source(Form.PDF, tuple(lines), tuple(PageSize(595, 842) for _ in range(page)))


def _style(block: Block, paper: Paper) -> Style:
    align = Align.CENTER if paper.centred and block.kind in HEADINGS else None
    sizes = {"masthead": 22.0, "section": 16.0}
    return Style(size=sizes.get(block.kind, 12.0), bold=block.kind in HEADINGS, align=align)


def text_source(lines: Sequence[str]) -> Source:
    """A source of plain text."""
    return Source(Form.TEXT, tuple(Line(number, text) for number, text in enumerate(lines, 1)))
