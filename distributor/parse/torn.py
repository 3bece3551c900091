"""Rows that text extraction tore at wide gaps (`文化馆 … 供稿`, `报 … 送：`, labels apart from their names): mended."""

import re
from collections.abc import Sequence
from dataclasses import replace

from distributor.parse.chars import ends_sentence, squash
from distributor.parse.distribution import is_bare_label, spaced_label, starts_group
from distributor.parse.names import is_body
from distributor.parse.rows import Row, renumbered
from distributor.parse.words import SUPPLY_VERBS

_VERB = re.compile(rf"(?:{SUPPLY_VERBS})")
_HALF = re.compile(r"[报抄分主呈印发增下]")
_OTHER_HALF = re.compile(r"[报送发达]\s*[:：]")
_MOST_ROWS = 12  # rows of names below labels that stand apart
_LAST_ROWS = 15  # rows from the end within which a table of receivers stands
_SHORTER = 4.0  # columns by which the last row of a list is shorter than the longest row


def mended(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Put together what belongs on one line; the order of the characters may change, none is lost."""
    rows = _with_tabs(rows)
    done: list[Row] = []
    index = 0
    while index < len(rows):
        taken, parts = _label_run(rows, index)
        if not taken:
            taken, parts = _pair(rows, index)
        done += parts
        index += taken
    return renumbered(done)


def _with_tabs(rows: Sequence[Row]) -> Sequence[Row]:
    """Rows of a table without colons (`报  科技部`) near the end: a tab is put where the label ends."""
    last = rows[-_LAST_ROWS:]
    found = {row.index: match for row in last if not row.cell and (match := spaced_label(row.text))}
    if len({match["kind"] for match in found.values()}) < 2:  # noqa: PLR2004  a lone one may be prose
        return rows
    return [
        replace(row, text=f"{found[row.index]['kind']}\t{found[row.index]['names']}") if row.index in found else row
        for row in rows
    ]


def _pair(rows: Sequence[Row], index: int) -> tuple[int, tuple[Row, ...]]:
    """How many rows are used up here, and what they become."""
    row, below = rows[index], rows[index + 1] if index + 1 < len(rows) else None
    if below is None or row.cell or below.cell or row.marker or below.marker:
        return 1, (row,)
    if _HALF.fullmatch(row.text) and _OTHER_HALF.match(below.text):
        return 2, (_glued(row, row.text + below.text, below),)
    if _VERB.fullmatch(below.text) and is_body(squash(row.text)) and not ends_sentence(row.text):
        return 2, (_glued(row, f"{row.text} {below.text}", below),)
    return 1, (row,)


def _glued(row: Row, text: str, last: Row) -> Row:
    return replace(row, text=text, right=max(row.right, last.right), trailing=last.trailing)


def _label_run(rows: Sequence[Row], index: int) -> tuple[int, tuple[Row, ...]]:
    """Labels one below the other, and then their names: a table that was read column by column."""
    end = index
    while end < len(rows) and not rows[end].cell and is_bare_label(rows[end].text):
        end += 1
    count = end - index
    names = _names_below(rows, end) if count > 1 else []
    groups = _grouped(names, count)
    if not groups:
        return 0, ()
    labelled = tuple(
        replace(group[0], text=f"{_with_mark(label.text)}{group[0].text}", number=label.number)
        for label, group in zip(rows[index:end], groups, strict=True)
    )
    parts = [part for first, group in zip(labelled, groups, strict=True) for part in (first, *group[1:])]
    return count + len(names), tuple(parts)


def _with_mark(label: str) -> str:
    return label if label.endswith((":", "：")) else f"{label}\t"


def _names_below(rows: Sequence[Row], start: int) -> list[Row]:
    names: list[Row] = []
    for row in rows[start : start + _MOST_ROWS]:
        if starts_group(row.text) or re.search(r"[:：]|印发|印\d", row.text):
            break
        names.append(row)
    return names


def _grouped(names: Sequence[Row], count: int) -> list[list[Row]]:
    """The rows of names in as many lists as there are labels; nothing when they cannot be told apart."""
    if len(names) == count:
        return [[row] for row in names]
    longest = max((row.right for row in names), default=0.0)
    groups: list[list[Row]] = [[]]
    for row in names:
        groups[-1].append(row)
        if row.right <= longest - _SHORTER:
            groups.append([])
    groups = [group for group in groups if group]
    return groups if len(groups) == count else []
