"""Rows that interrupt the text: page numbers, running heads, rules."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from distributor.parse.attribution import read_attribution
from distributor.parse.chars import squash
from distributor.parse.rows import Row, renumbered

PAGE_NUMBER = "page number"
RUNNING_HEAD = "running head"
RULE = "rule"

_NUMBER = re.compile(
    r"[-—–－─·•~～\s]*\d{1,4}[-—–－─·•~～\s]*"
    r"|[-—–－\s]*第\s*[\d一二三四五六七八九十]{1,4}\s*页(?:\s*[,，/|／]?\s*共\s*[\d一二三四五六七八九十]{1,4}\s*页)?[-—–－\s]*"
    r"|\d{1,4}\s*[/／]\s*\d{1,4}"
    r"|[Pp](?:age|\.)\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?"
)
_RULE = re.compile(r"[-—–－─━═=_＿*＊☆★~～.…·\s]{3,}")
_PAGED = re.compile(r"^\d{1,3}\s+|\s+\d{1,3}$")
_HEAD_LENGTH = 30  # characters; a running head is a name, not a sentence
_SENTENCE = re.compile(r"[，。；！？]")
_EDGE = 2  # rows from the edge of a page where a running head can stand


def strip_noise(rows: Sequence[Row]) -> tuple[tuple[Row, ...], tuple[tuple[Row, str], ...]]:
    """Take page numbers, running heads and rules out of the rows.

    Returns:
        the rows that are left, renumbered, and the removed ones with the reason.
    """
    reasons = {row.index: reason for row in rows if (reason := _by_shape(row))}
    reasons |= _running_heads(rows, reasons)
    kept = [
        replace(row, page_start=row.page_start or _below_noise(row.index, reasons))
        for row in rows
        if row.index not in reasons
    ]
    return renumbered(kept), tuple((row, reasons[row.index]) for row in rows if row.index in reasons)


def _by_shape(row: Row) -> str | None:
    if row.marker or row.cell:
        return None
    if _RULE.fullmatch(row.text):
        return RULE
    return PAGE_NUMBER if _NUMBER.fullmatch(row.text) else None


def _below_noise(index: int, reasons: Mapping[int, str]) -> bool:
    return reasons.get(index - 1) in (PAGE_NUMBER, RUNNING_HEAD)


def _running_heads(rows: Sequence[Row], reasons: Mapping[int, str]) -> dict[int, str]:
    """Rows that repeat at the edges of pages; the first one stays when it is the only trace of a title."""
    edges, pages = _page_edges(rows, reasons)
    places: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row.index not in reasons and len(row.text) <= _HEAD_LENGTH and not _SENTENCE.search(row.text):
            places[squash(_PAGED.sub("#", row.text))].append(row.index)
    found: dict[int, str] = {}
    for indices in places.values():
        if len(indices) == 1 or read_attribution(rows[indices[0]].text):
            continue
        at_edge = [index for index in indices if index in edges]
        boxed = [index for index in indices if rows[index].boxed]
        if boxed:
            found |= dict.fromkeys(boxed if len(boxed) < len(indices) else boxed[1:], RUNNING_HEAD)
        elif len(at_edge) > 1 and len(at_edge) * 3 >= len(indices) * 2 and len(at_edge) * 2 >= pages:
            found |= dict.fromkeys(_without_title(rows, indices, at_edge), RUNNING_HEAD)
    return found


def _without_title(rows: Sequence[Row], indices: Sequence[int], at_edge: Sequence[int]) -> list[int]:
    """Spare the very first row of the file, unless the same words follow in the masthead."""
    opening = indices[0]
    if (
        opening == 0
        and not rows[0].boxed
        and not any(0 < index < _EDGE * 2 for index in indices if index not in at_edge)
    ):
        return [index for index in at_edge if index != opening]
    return list(at_edge)


def _page_edges(rows: Sequence[Row], reasons: Mapping[int, str]) -> tuple[set[int], int]:
    """Positions next to a page break, and the count of pages.

    A page break shows by the page of the file, by a printed page number, or by a lone leading space.
    """
    edges: set[int] = {len(rows) - 1}
    pages = 0
    hinted = _single_space_starts(rows)
    for row in rows:
        numbered = reasons.get(row.index) == PAGE_NUMBER
        starts = row.page_start or row.index in hinted or reasons.get(row.index - 1) == PAGE_NUMBER
        if starts:
            edges.update({row.index, row.index - 1})
        if numbered:
            edges.update({row.index - 1, row.index + 1})
        pages += starts
    return edges, pages


def _single_space_starts(rows: Sequence[Row]) -> set[int]:
    """Rows that begin with exactly one space, where that is rare: the first rows of pages."""
    leads = Counter(row.leading for row in rows)
    spaced = sum(row.trailing for row in rows)
    if leads[1] * 8 > len(rows) or spaced * 20 < len(rows):
        return set()
    return {row.index for row in rows if row.leading == 1}
