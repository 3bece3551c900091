"""From the characters of a page to its lines: tables cell by cell, columns one after the other."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from distributor.ingest.pdf.columns import reading_order
from distributor.ingest.pdf.glyphs import PageContent
from distributor.ingest.pdf.lines import line_of
from distributor.ingest.pdf.rows import Fragment, rows_of
from distributor.ingest.pdf.tables import Table, find_tables
from distributor.model.lines import Line

_SLACK: Final = 2.0


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
    rows = reading_order(rows_of(running))
    slots = [_slot(table, rows) for table in tables]
    lines: list[Line] = []
    for index in range(len(rows) + 1):
        for identity, table in enumerate(tables, start=tables_before):
            if slots[identity - tables_before] == index:
                lines += _table_lines(table, identity, number)
        if index < len(rows):
            lines.append(line_of(rows[index], number))
    lines += [Line(0, words, page=number, boxed=True) for words in content.slanted]
    return lines, tables_before + len(tables)


def _slot(table: Table, rows: list[tuple[Fragment, ...]]) -> int:
    """Before which row a table is read: the first one below its upper edge in its column."""
    for index, row in enumerate(rows):
        beside = row[0].left < table.right and row[-1].right > table.left
        if beside and row[0].top >= table.top - _SLACK:
            return index
    return len(rows)


def _table_lines(table: Table, identity: int, page: int) -> Iterator[Line]:
    for place, glyphs in zip(table.places, table.glyphs, strict=True):
        for row in rows_of(glyphs):
            yield replace(line_of(row, page), cell=(identity, *place))
