"""The tail of a bulletin (报尾) and label lines at its head: where they stand and what they hold."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from distributor.model.bulletin import DistributionGroup
from distributor.parse.attribution import read_attribution
from distributor.parse.chars import ends_sentence, join, squash
from distributor.parse.distribution import (
    PUNCTUATION,
    Group,
    is_bare_label,
    read_group,
    read_groups,
    starts_group,
    without_label,
)
from distributor.parse.imprint import IMPRINT, is_issuer, is_strong_imprint, is_weak_imprint
from distributor.parse.layout import Layout
from distributor.parse.names import is_body
from distributor.parse.rows import Row

_ROOM = 8.0  # columns free at the right of a row on which one more name would have begun
_REACH = 10  # rows that one group of a distribution can take
_SHORT = 34  # characters of a line that can stand among imprint lines without a label
_DATED = re.compile(r"[\d〇零一二三四五六七八九]{4}\s*年")
_FIELD = re.compile(r"[\u4e00-\u9fff]{2,6}[:：]")
_TAIL_END = re.compile(r"[。.]$")


@dataclass(frozen=True, slots=True)
class Tail:
    """Distribution and imprint rows of a zone.

    Args:
        groups: distribution groups in order.
        noise: (row, text, reason) of what belongs to no node: labels, separators, imprint lines.
    """

    groups: tuple[DistributionGroup, ...] = ()
    noise: tuple[tuple[Row, str, str], ...] = ()


def find_tail(rows: Sequence[Row]) -> int:
    """Position of the first row of the tail; the count of rows when there is none."""
    index = len(rows)
    while index > 0:
        taken = _rows_of_tail(rows, index - 1)
        if not taken:
            break
        index -= taken
    while index < len(rows) and not _opens_tail(rows, index):
        index += 1
    return index


def _rows_of_tail(rows: Sequence[Row], index: int) -> int:
    """How many rows that end at this one belong to the tail; 0 when the row is content."""
    row = rows[index]
    if _is_label(row) or is_strong_imprint(row.text) or is_weak_imprint(row.text):
        return 1
    if read_attribution(row.text):
        return 0
    if ends_sentence(row.text):
        return _group_above(rows, index)
    if len(row.text) <= _SHORT or row.cell:
        return 1
    return _group_above(rows, index)


def _group_above(rows: Sequence[Row], index: int) -> int:
    """Rows from the nearest label above down to this row, if they can all be one list of names."""
    for back in range(1, min(_REACH, index) + 1):
        row = rows[index - back]
        if _is_label(row):
            return back + 1
        if ends_sentence(row.text) or read_attribution(row.text) or not re.search(r"[、，；,;（）]", row.text):
            return 0
    return 0


def _is_label(row: Row) -> bool:
    return starts_group(row.text) or (row.cell is not None and is_bare_label(row.text))


def _opens_tail(rows: Sequence[Row], index: int) -> bool:
    """Whether a tail can begin here: a label, an imprint line, or contact lines that a notice would not end with."""
    row = rows[index]
    if _is_label(row) or (is_strong_imprint(row.text) and not _ends_notice(rows, index)):
        return True
    following = rows[index + 1] if index + 1 < len(rows) else None
    if is_issuer(row.text):
        return True
    if _is_issuer_above_date(rows, index):
        return True
    if following is not None and len(row.text) <= 2 and is_strong_imprint(row.text + following.text):  # noqa: PLR2004  half of a spaced word
        return True
    return is_weak_imprint(row.text) and index > 0 and _settles(rows, index)


def _is_issuer_above_date(rows: Sequence[Row], index: int) -> bool:
    """Whether the row names the issuing body and the next one its date (…印发), torn apart by the extraction."""
    if index + 1 >= len(rows) or len(rows[index].text) > _SHORT or not _DATED.match(rows[index + 1].text):
        return False
    return is_strong_imprint(rows[index].text + rows[index + 1].text)


def _ends_notice(rows: Sequence[Row], index: int) -> bool:
    """Whether contact lines go on with the fields of a notice (时间：… 地点：…) right above them."""
    while index and is_weak_imprint(rows[index].text):
        index -= 1
    above = rows[index]
    return bool(_FIELD.match(above.text)) and not _is_label(above) and not is_strong_imprint(above.text)


def _settles(rows: Sequence[Row], index: int) -> bool:
    """Contact lines belong to the imprint after an attribution or together with an editor's line."""
    if read_attribution(rows[index - 1].text):
        return True
    run = index
    while run < len(rows) and is_weak_imprint(rows[run].text):
        run += 1
    return run < len(rows) and is_strong_imprint(rows[run].text)


def find_head_groups(rows: Sequence[Row], layout: Layout, limit: int) -> tuple[int, int]:
    """Half-open range of rows near the top that hold distribution groups; (0, 0) when there are none."""
    start = next((row.index for row in rows[:limit] if _is_label(row)), None)
    if start is None:
        return 0, 0
    end = start + 1
    while end < len(rows) and (_is_label(rows[end]) or _continues(rows, end, layout)):
        end += 1
    return start, end


def _continues(rows: Sequence[Row], index: int, layout: Layout) -> bool:
    """Whether a row goes on with the list of names above it."""
    above, row = rows[index - 1], rows[index]
    if (above.paragraph is not None and above.paragraph == row.paragraph) or (
        row.cell and above.cell and row.cell[0] == above.cell[0]
    ):
        return True
    if above.text.endswith(("、", "，", "；", "及", "和")):
        return True
    return layout.wrapped and layout.slack(above) < 4 and not _TAIL_END.search(above.text) and not layout.gap(row)  # noqa: PLR2004  two characters


def read_tail(rows: Sequence[Row], layout: Layout | None = None) -> Tail:
    """Read the rows of a zone that holds distribution groups and imprint lines.

    Args:
        rows: the rows of the zone.
        layout: statistics of the document, which tell where a line had room for more.
    """
    groups: list[DistributionGroup] = []
    noise: list[tuple[Row, str, str]] = []
    index = 0
    while index < len(rows):
        row = rows[index]
        if not _is_label(row):
            noise.append((row, row.printed, IMPRINT))
            index += 1
            continue
        end = _group_end(rows, index, layout)
        for group in _groups(rows[index:end]):
            groups.append(DistributionGroup(group.kind, group.entries, group.suffix, row.number))
            noise.append((row, group.removed, PUNCTUATION))
        noise += [(part, part.marker, PUNCTUATION) for part in rows[index:end]]
        index = end
    return Tail(tuple(groups), tuple(noise))


def _groups(rows: Sequence[Row]) -> tuple[Group, ...]:
    if is_bare_label(rows[0].text):
        return (read_group(rows[0].text, _joined(rows[1:])),)
    return read_groups(_joined(rows))


def _group_end(rows: Sequence[Row], start: int, layout: Layout | None) -> int:
    """Position after the last row of the group that begins at `start`."""
    end = start + 1
    while end < len(rows) and _goes_on(rows, end) and not (layout and _is_issuer_apart(rows, end, layout)):
        end += 1
    return end


def _is_issuer_apart(rows: Sequence[Row], index: int, layout: Layout) -> bool:
    """Whether a row names the issuing body: above an imprint line, below a list that had room for more."""
    above, row = rows[index - 1], rows[index]
    if index + 1 >= len(rows) or not is_strong_imprint(rows[index + 1].text) or not is_body(squash(row.text)):
        return False
    ended = layout.slack(above) >= _ROOM if layout.wrapped else above.paragraph != row.paragraph or not row.cell
    return ended and not row.cell and not is_bare_label(above.text) and above.text[-1] not in "、，,；;及和"


def _goes_on(rows: Sequence[Row], index: int) -> bool:
    row, above = rows[index], rows[index - 1]
    if _is_label(row) or is_strong_imprint(row.text) or is_weak_imprint(row.text) or is_issuer(row.text):
        return False
    if _is_issuer_above_date(rows, index):
        return False
    return not _TAIL_END.search(above.text) or is_bare_label(above.text)


def _other_cell(above: Row, row: Row) -> bool:
    return bool(row.cell and above.cell and row.cell[2] != above.cell[2])


def _names_apart(above: Row, row: Row) -> bool:
    """Whether two rows are one whole name each: names that stand below one another."""
    upper = without_label(above.text)
    single = not re.search(r"[、，；,;（）()]", upper + row.text)
    return single and is_body(squash(upper)) and is_body(squash(row.text))


def _joined(rows: Sequence[Row]) -> str:
    """Text of the rows of a group; another cell of a table begins another name."""
    text = ""
    for above, row in zip((None, *rows), rows, strict=False):
        apart = above is not None and (_other_cell(above, row) or _names_apart(above, row))
        text = f"{text}\t{row.text}" if apart else join(text, row.text)
    return text
