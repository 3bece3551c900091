"""A source as bytes, for the pipe between the reading child process and us: JSON, so that nothing is executed."""

import json
from typing import Any, Final

from distributor.model.finding import Finding, Level
from distributor.model.lines import Align, Box, Form, Line, PageSize, Source, Style

# what a child that was taken over might send instead of our own encoding
BROKEN: Final = (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError)


def encode(source: Source) -> bytes:
    """Write a source; line numbers follow from the order."""
    value = {
        "form": source.form.value,
        "lines": [_line(line) for line in source.lines],
        "pages": [[page.width, page.height] for page in source.pages],
        "findings": [[f.level.value, f.code, f.line, dict(f.parameters)] for f in source.findings],
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def decode(data: bytes) -> Source:
    """Read what `encode` wrote.

    Raises:
        ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError: it was not written by `encode`.
    """
    value = json.loads(data)
    return Source(
        form=Form(value["form"]),
        lines=tuple(_read_line(number, line) for number, line in enumerate(value["lines"], start=1)),
        pages=tuple(PageSize(float(width), float(height)) for width, height in value["pages"]),
        findings=tuple(_read_finding(finding) for finding in value["findings"]),
    )


def _line(line: Line) -> list[object]:
    box = line.box and [line.box.left, line.box.top, line.box.right, line.box.bottom]
    style = line.style and _style(line.style)
    return [line.text, line.page, box, style, line.paragraph, line.marker, line.cell, line.boxed]


def _style(style: Style) -> list[object]:
    return [style.size, style.bold, style.font, style.name, style.outline, style.align and style.align.value]


def _read_line(number: int, value: list[Any]) -> Line:
    text, page, box, style, paragraph, marker, cell, boxed = value
    return Line(
        number=number,
        text=str(text),
        page=_whole(page),
        box=None if box is None else Box(*(float(edge) for edge in box)),
        style=None if style is None else _read_style(style),
        paragraph=_whole(paragraph),
        marker=_words(marker),
        cell=None if cell is None else (int(cell[0]), int(cell[1]), int(cell[2])),
        boxed=bool(boxed),
    )


def _read_style(value: list[Any]) -> Style:
    size, bold, font, name, outline, align = value
    return Style(
        size=None if size is None else float(size),
        bold=None if bold is None else bool(bold),
        font=_words(font),
        name=_words(name),
        outline=_whole(outline),
        align=None if align is None else Align(align),
    )


def _read_finding(value: list[Any]) -> Finding:
    level, code, line, parameters = value
    return Finding(Level(level), str(code), _whole(line), {str(k): str(v) for k, v in parameters.items()})


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _words(value: object) -> str | None:
    return value if isinstance(value, str) else None
