"""The contents table (目录, 本期要目, 本期看点): where it stands and which titles it promises."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from distributor.parse.chars import squash
from distributor.parse.markers import read_marker
from distributor.parse.rows import Row
from distributor.parse.words import CONTENTS_HEADS

CONTENTS = "contents table"
_HEAD = re.compile(rf"[【\[（(《〔]?[A-Za-z]*(?:{CONTENTS_HEADS})[A-Za-z]*[】\]）)》〕]?[:：]?|(?i:contents)")
_HALF_HEAD = re.compile("目|录|次")  # torn apart by the extraction
_PAGE = re.compile(r"(?:[.．…·•‥\s\t_-]{2,}|\t|[（(/]\s*)[（(]?(?:第|P|p)?\s*\d{1,3}\s*页?\s*[）)]?$")
_LEADER_ROW = re.compile(r"[.．…·‥]{4,}\s*[（(]?\d{1,3}[）)]?$")
_LEADERS = re.compile(r"[.．…·‥]{3,}")
_KEY = 6  # characters that identify the start of a title
_FULL = 0.85  # share of the width of the table that a line reaches when its entry goes on below
_TRIES = 4  # places further down that are compared
_NAME = 20  # characters of most names of sections, which stand without page number
_JOINED = 3  # rows that one title can take


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the contents table.

    Args:
        text: its words without white space, marker, leaders and page number.
        paged: whether a page number stands behind it.
        line: 1-based line of the source.
    """

    text: str
    paged: bool
    line: int


@dataclass(frozen=True, slots=True)
class Contents:
    """A contents table: half-open range of rows, and its entries."""

    start: int = 0
    end: int = 0
    entries: tuple[Entry, ...] = ()


def find_contents(rows: Sequence[Row]) -> Contents:
    """Find the contents table of a bulletin by its heading, by leaders and by titles that come again below."""
    places = _starts(rows)
    opening = _opening(rows, places)
    if opening is None:
        return Contents()
    start, index = opening
    edge = max((row.right for row in rows[start:] if _PAGE.search(row.text)), default=float("inf"))
    entries: list[Entry] = []
    while index < len(rows):
        taken = _entry_rows(rows, index, places, edge * _FULL)
        if not taken:
            break
        entries.append(_entry(rows[index : index + taken]))
        index += taken
    return Contents(start, index, tuple(entries)) if entries else Contents()


def is_leader_row(text: str) -> bool:
    """Whether a row of a contents table ends with leaders and a page number."""
    return bool(_LEADER_ROW.search(text))


def is_contents_head(text: str) -> bool:
    """Whether a row is the heading of a contents table, or half of one."""
    plain = squash(text)
    return bool(_HEAD.fullmatch(plain) or _HALF_HEAD.fullmatch(plain))


def _opening(rows: Sequence[Row], places: dict[str, list[int]]) -> tuple[int, int] | None:
    """Row where the table begins and row of its first entry; None when there is no table."""
    upper = rows[: len(rows) // 2 + 1]
    head = next((row.index for row in upper if _HEAD.fullmatch(squash(row.text))), None)
    if head is not None:
        first = head + 1
        while first < len(rows) and _HEAD.fullmatch(squash(rows[first].text)):
            first += 1
        return head, first
    led = [row.index for row in rows if is_leader_row(row.text)]
    if len(led) < 2 or led[0] * 3 > len(rows) * 2:  # noqa: PLR2004  a lone row proves nothing
        return None
    first = led[0]
    while first and _comes_again(rows, bare_title(rows[first - 1].text), first, places):
        first -= 1
    return first, first


def _starts(rows: Sequence[Row]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for row in rows:
        places.setdefault(bare_title(row.text)[:_KEY], []).append(row.index)
    return places


def _entry_rows(rows: Sequence[Row], index: int, places: dict[str, list[int]], full: float) -> int:
    """How many rows the entry at this position takes; 0 when the table has ended."""
    whole = ""
    for count in range(1, _JOINED + 1):
        if index + count > len(rows):
            return 0
        whole += squash(rows[index + count - 1].text)
        row = rows[index + count - 1]
        if _PAGE.search(row.text) or _LEADERS.search(whole):
            return count
        long = row.right >= full or len(whole) > _NAME
        goes_on = long and index + count < len(rows) and _goes_on(rows, index + count, whole, places)
        if not goes_on and _comes_again(rows, bare_title(whole), index + count, places):
            return count
    return 0


def _goes_on(rows: Sequence[Row], index: int, begun: str, places: dict[str, list[int]]) -> bool:
    """Whether the row ends the entry begun above: by its page number, or because both together come again below."""
    text = rows[index].text
    return bool(_PAGE.search(text)) or _comes_again(rows, bare_title(begun) + squash(text), index + 1, places)


def _comes_again(rows: Sequence[Row], wanted: str, after: int, places: dict[str, list[int]]) -> bool:
    """Whether these words are a whole row, or several whole rows, further down."""
    if len(wanted) < 2:  # noqa: PLR2004  a lone character proves nothing
        return False
    for place in _candidates(wanted, after, places):
        whole = bare_title(rows[place].text)
        step = place
        while len(whole) < len(wanted) and step + 1 < len(rows) and step - place < _JOINED - 1:
            step += 1
            whole += squash(rows[step].text)
        if whole.rstrip("】") == wanted.rstrip("】"):
            return True
    return False


def _candidates(wanted: str, after: int, places: dict[str, list[int]]) -> list[int]:
    found = places.get(wanted[:_KEY], [])
    start = bisect_left(found, after)
    return found[start : start + _TRIES]


def _entry(rows: Sequence[Row]) -> Entry:
    text = "".join(row.text if row is rows[-1] else squash(row.text) for row in rows)
    without = _PAGE.sub("", text)
    return Entry(bare_title(_LEADERS.sub("", without)), without != text, rows[0].number)


def bare_title(text: str) -> str:
    """A title for comparison: without marker, ornaments and white space."""
    marker = read_marker(text)
    if marker:
        text = text[marker.length : len(text) - marker.tail]
    return squash(text)
