"""Facts about each row of the body that the structure finder weighs; computed once, none of them decides alone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from distributor.model.lines import Align
from distributor.parse.attribution import read_attribution, read_signature
from distributor.parse.chars import CLOSING, ends_sentence, is_han, open_brackets, squash
from distributor.parse.layout import Layout
from distributor.parse.markers import Marker, drawn_marker, read_marker
from distributor.parse.rows import Row
from distributor.parse.tables import tabular_rows
from distributor.parse.words import DIGITS, NOTE_HEADS, SECTION_WORDS

_DAY = rf"[{DIGITS}]{{1,2}}月[{DIGITS}]{{1,2}}日"
_DATE = (
    rf"(?:[{DIGITS}]{{4}}年)?[{DIGITS}]{{1,2}}月(?:[{DIGITS}]{{1,2}}日?|底|初|中旬|上旬|下旬)?"
    rf"(?:[—至到、和及-]+(?:[{DIGITS}]{{1,2}}月)?[{DIGITS}]{{1,2}}日)?(?:上午|下午|晚|起)?"
)
_OPENER = re.compile(
    rf"(?:近日|日前|近期|近来|近年来|连日来|前不久|不久前|最近|今日|昨日|当日|今年|去年|今年以来|当前|目前|据悉|据了解"
    rf"|据统计|{_DATE}|本周|上周|本月|上月|[^，。]{{0,6}}季度|[上下]半年|[^，。]{{2,20}}(?:以来|时节|之际|期间)"
    rf"|截至[^，。]{{2,14}}|记者从[^，。]{{2,24}}|[^，。]{{0,10}}获悉"
    r"|据[^，]{2,24}(?:统计|报道|介绍|消息)|为[^，。]{4,40}|由[^，。]{6,50}|按照[^，。]{2,40}|根据[^，。]{2,40}"
    r"|在[^，。]{3,40}[下上中时际]|随着[^，。]{2,40}|此外|会议期间|对此|下一步|会上|会后)[，,]"
)
_AFTERTHOUGHT = re.compile(r"[。！？…”][）)”’]*[（(\[【][^（）()]*(?:[（(][^（）()]*[）)][^（）()]*)*[）)\]】]$")
_DATED = re.compile(
    rf"(?:近日|日前|近期|最近|今日|连日来|前不久|今年以来|(?:[{DIGITS}]{{4}}年)?{_DAY}(?:至[{DIGITS}月]+日)?(?:上午|下午|晚)?)[，,]"
)
_NOTE = re.compile(rf"[【\[（(《〔]?\s*(?:{NOTE_HEADS})\s*(?:[】\]）)》〕]|[:：]|$)")
_SECTION = re.compile(rf".*(?:{SECTION_WORDS})$")
_FIELD = re.compile(r"[\u4e00-\u9fff]{2,6}[:：]")
_SUBTITLE = re.compile(r"(?:——|—|──|－－|--)[^。；]{4,40}$")
_LAST = (
    dict.fromkeys("，、,—", "comma")
    | dict.fromkeys("：:", "colon")
    | dict.fromkeys("（《“‘【(", "open")
    | dict.fromkeys("；;", "semi")
)
_ATTRIBUTION_ROWS = 3
_AT_RIGHT = 8.0  # columns that a row at the right margin may be away from it
_FAR = 20  # spaces that move a row to the right
_HEADING_NAME = re.compile(r"(?i)^(?:heading|标题|title|副标题|subtitle)")


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of one row.

    Args:
        row: the row itself.
        marker: marker at its start, printed or drawn by the file, or None.
        core: text without the marker.
        end: how the text ends: stop, semi (；), comma, colon, mark (？！), open (a bracket waits), close (of a bracket
            above), or plain.
        slack: half-width columns free at its right; 0 where lines are not wrapped.
        gap: additional empty lines above.
        inset: indentation in half-width columns.
        opener: begins as the first sentence of a report does.
        dated: begins with 近日 or a day, as the first sentence of a report does.
        note: begins as an editor's note does.
        field: begins with a run-in label (时间：).
        subtitle: begins with a dash and is no sentence, as the second line of a title does.
        tabular: is a row of a table.
        western: holds no Chinese character.
        section_word: ends as names of sections do.
        attribution: rows that an attribution beginning here takes, 0 when none does.
        promised: rows of the title of the contents table that begins here, 0 when none does.
        promised_more: a further row of a title of the contents table.
        promised_section: the contents table shows it as a section, as an item, or does not tell.
        larger, bolder, heading: how its look differs from the running text.
        styled: the file tells looks at all.
    """

    row: Row
    marker: Marker | None
    core: str
    end: str
    slack: float
    gap: float
    inset: float
    opener: bool
    dated: bool
    note: bool
    field: bool
    subtitle: bool
    tabular: bool
    western: bool
    section_word: bool
    attribution: int
    promised: int
    promised_more: bool
    promised_section: bool | None
    larger: bool
    bolder: bool
    heading: int
    styled: bool


def gather(rows: Sequence[Row], layout: Layout, promises: Mapping[int, tuple[int, bool | None]]) -> tuple[Fact, ...]:
    """Collect the facts of all rows of the body.

    Args:
        rows: the rows of the body, in order.
        layout: statistics of the document.
        promises: position in `rows` -> (rows taken, whether a section) for titles of the contents table.
    """
    styled = layout.body.size is not None or any(row.style.bold for row in rows)
    further = {position + step for position, (count, _) in promises.items() for step in range(1, count)}
    facts = tuple(
        _fact(rows, position, layout, (promises.get(position, (0, None)), position in further, styled))
        for position in range(len(rows))
    )
    tabular = tabular_rows(rows)
    return tuple(replace(fact, tabular=True) if position in tabular else fact for position, fact in enumerate(facts))


def _fact(
    rows: Sequence[Row], position: int, layout: Layout, known: tuple[tuple[int, bool | None], bool, bool]
) -> Fact:
    row = rows[position]
    (promised, promised_section), promised_more, styled = known
    marker = drawn_marker(row.marker) if row.marker else read_marker(row.text)
    core = row.text[marker.length : len(row.text) - marker.tail] if marker else row.text
    return Fact(
        row=row,
        marker=marker,
        core=core,
        end=ending(core),
        slack=layout.slack(row) if layout.wrapped else 0.0,
        gap=layout.gap(row),
        inset=layout.inset(row),
        opener=bool(_OPENER.match(squash(core[:80]))),
        dated=bool(_DATED.match(squash(core[:40]))),
        note=bool(_NOTE.match(row.text)),
        field=bool(_FIELD.match(squash(core[:20]))),
        subtitle=bool(_SUBTITLE.match(row.text)) and not (marker and marker.kind == "dash"),
        tabular="\t" in row.text and row.cell is not None,
        western=not any(map(is_han, row.text)),
        section_word=bool(_SECTION.match(squash(core))),
        attribution=_attribution_rows(rows, position) or _signs(row, layout),
        promised=promised,
        promised_more=promised_more,
        promised_section=promised_section,
        larger=_is_larger(row, layout),
        bolder=bool(row.style.bold) and not layout.body.bold,
        heading=_heading_level(row),
        styled=styled,
    )


def ending(text: str) -> str:
    """How a row ends: stop, semi (；), comma, colon, mark, open, close or plain."""
    last = text[-1:]
    if last in _LAST:
        return _LAST[last]
    if ends_sentence(text):
        return "mark" if text.rstrip('”’」）)》】"')[-1:] in "？！?!" else "stop"
    if _AFTERTHOUGHT.search(text):
        return "stop"
    if open_brackets(text):
        return "open"
    return "close" if last in "）)" and text.count(last) > text.count("（") + text.count("(") else "plain"


def _is_larger(row: Row, layout: Layout) -> bool:
    return bool(row.style.size and layout.body.size and row.style.size > layout.body.size * 1.04)


def _heading_level(row: Row) -> int:
    """Outline level by style, 0 when the row is no heading by style."""
    if row.style.outline:
        return row.style.outline
    if row.style.name and _HEADING_NAME.match(row.style.name):
        digits = re.search(r"\d", row.style.name)
        return int(digits.group()) if digits else 1
    return 0


def _attribution_rows(rows: Sequence[Row], position: int) -> int:
    """How many rows an attribution that begins here takes: one, or up to three when its bracket closes later."""
    text = rows[position].text
    if read_attribution(text):
        return 1
    if not open_brackets(text) or text[0] not in "（([【〔":
        return 0
    for count in range(2, _ATTRIBUTION_ROWS + 1):
        if position + count > len(rows):
            return 0
        text += rows[position + count - 1].text
        if not open_brackets(text):
            return count if read_attribution(text) else 0
    return 0


def _signs(row: Row, layout: Layout) -> int:
    """1 when the row is the name of a body at the right margin, below which nothing of the article comes."""
    left, right = layout.column(row)
    measured = layout.wrapped and layout.inset(row) * 2 >= right - left and layout.slack(row) <= _AT_RIGHT
    at_right = row.style.align is Align.RIGHT or row.leading >= _FAR or measured
    return int(at_right and read_signature(row.text) is not None)


def starts_closed(text: str) -> bool:
    """Whether a row begins with punctuation that never begins a paragraph."""
    return text[:1] in CLOSING and text[:1] not in "([{%％"
