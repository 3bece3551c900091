"""From the characters of a page to its lines: tables cell by cell, columns one after the other."""

from collections.abc import Iterator
from dataclasses import replace

from distributor.ingest.pdf.columns import reading_order
from distributor.ingest.pdf.glyphs import PageContent
from distributor.ingest.pdf.lines import line_of
from distributor.ingest.pdf.rows import Fragment, rows_of
from distributor.ingest.pdf.tables import Table, find_tables
from distributor.model.lines import Line


def page_lines(content: PageContent, number: int, tables_before: int) -> tuple[list[Line], int]:
    """Lay out one page.

    Args:
        content: its characters and rules.
        number: of the page, 1-based.
        tables_before: how many tables earlier pages have.

    Returns:
        Its lines in reading order, and the number of tables up to its end.
    """
    tables, running = find_tables(content.glyphs, content.strokes, content.size)
    blocks = [_block(table) for table in tables]
    identities = {id(block): tables_before + index for index, block in enumerate(blocks)}
    rows = [*rows_of(running), *((block,) for block in blocks)]
    lines: list[Line] = []
    for row in reading_order(sorted(rows, key=lambda row: row[0].baseline)):
        identity = identities.get(id(row[0]))
        if identity is None:
            lines.append(line_of(row, number))
        else:
            lines += _table_lines(tables[identity - tables_before], identity, number)
    lines += [Line(0, words, page=number, boxed=True) for words in content.slanted]
    return lines, tables_before + len(tables)


def _block(table: Table) -> Fragment:
    """A table as one piece among the rows, so that it has its place in the reading order and parts columns."""
    glyphs = tuple(glyph for inside in table.glyphs for glyph in inside)
    size = max(glyph.face.size for glyph in glyphs)
    order = min(glyph.order for glyph in glyphs)
    return Fragment(glyphs, table.left, table.right, table.top + size, size, order)


def _table_lines(table: Table, identity: int, page: int) -> Iterator[Line]:
    for place, glyphs in zip(table.places, table.glyphs, strict=True):
        for row in rows_of(glyphs):
            yield replace(line_of(row, page), cell=(identity, *place))
