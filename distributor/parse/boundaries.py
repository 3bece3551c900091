"""Where one paragraph ends and the next begins: evidence between two neighbouring rows."""

import re

from distributor.parse import weights as w
from distributor.parse.chars import open_brackets, width
from distributor.parse.facts import Fact, starts_closed
from distributor.parse.layout import CHARACTER, Layout

_TOKEN = re.compile(r"[!-~±°μ·]+|.")
_LONGEST_TOKEN = 24  # columns of a word that typesetting moves as a whole
_NEAR = 1.5  # columns that count as the same place
_SMALL_GAP = 0.3  # lines; so much is set on purpose
_BEFORE_DATE = "于在自从至到由截即和与及"
_TITLE_LINE = 14  # characters that the first line of a broken title has at least
_ENDS = {
    "stop": w.NEW_STOP, "mark": w.NEW_MARK, "semi": w.NEW_SEMI, "colon": w.NEW_COLON, "comma": w.NEW_COMMA,
    "open": w.NEW_OPEN, "close": w.NEW_CLOSE, "plain": w.NEW_PLAIN,
}  # fmt: skip


def is_at(place: float, other: float) -> bool:
    """Whether two horizontal places are the same, as exactly as extraction tells."""
    return abs(place - other) <= _NEAR


def boundary(above: Fact, fact: Fact, layout: Layout, *, first: bool = False) -> float:
    """Evidence that a paragraph of running text begins with this row; negative when it goes on.

    Args:
        above: the row above.
        fact: the row.
        layout: statistics of the document.
        first: the row above is the first one of its paragraph.
    """
    if layout.known_paragraphs:
        listed = fact.marker is not None and above.end in ("stop", "semi", "colon")
        same = above.row.paragraph == fact.row.paragraph and not listed
        return -w.NEW_CERTAIN if same else w.NEW_CERTAIN
    if above.tabular or fact.tabular:
        return w.NEW_TABLE
    if layout.spaced_ends:
        return w.NEW_SPACED if above.row.trailing else w.NEW_UNSPACED + _lexical(above, fact)
    if not layout.wrapped:
        return w.NEW_UNWRAPPED + _lexical(above, fact) / 2
    room = above.slack - (layout.hidden if first else 0.0)
    return _measured(room, fact, layout) + _lexical(above, fact) + _look(above, fact)


def _measured(room: float, fact: Fact, layout: Layout) -> float:
    """Room left on the line above, indentation, distance."""
    score = w.NEW
    free = room - _first_token(fact.row.text)
    if free > 1:
        score += min(w.NEW_ROOM_MOST, w.NEW_ROOM + free * w.NEW_PER_COLUMN)
    if layout.indented:
        score += _indentation(fact, layout)
    if fact.gap >= 1:
        score += w.NEW_DISTANCE
    elif fact.gap >= _SMALL_GAP:
        score += w.NEW_SMALL_DISTANCE
    return score


def _first_token(text: str) -> float:
    """Columns of the first word that would have had to fit on the line above, with the punctuation bound to it."""
    match = _TOKEN.match(text)
    end = match.end() if match else 0
    while end < len(text) and starts_closed(text[end:]):
        end += 1
    return float(min(width(text[:end]), _LONGEST_TOKEN))


def _indentation(fact: Fact, layout: Layout) -> float:
    if is_at(fact.inset, layout.indent):
        return w.NEW_INDENTED
    if fact.inset > layout.indent:
        return w.NEW_FURTHER_IN
    return w.NEW_NOT_INDENTED if is_at(fact.inset, 0.0) else 0.0


def _lexical(above: Fact, fact: Fact) -> float:
    """Punctuation and words on both sides."""
    score = _ENDS[above.end]
    if starts_closed(fact.row.text):
        score += w.NEW_LEADING_CLOSER
    elif fact.row.text[:1].islower():
        score += w.NEW_LOWER_CASE
    if fact.opener and above.end in ("stop", "mark"):
        score += w.NEW_OPENER
    elif fact.dated and above.end == "plain" and above.core[-1] not in _BEFORE_DATE:
        score += w.NEW_DATED
    if fact.marker and above.end in ("stop", "semi", "colon"):
        score += w.NEW_MARKER
    if fact.field and above.end == "stop":
        score += w.NEW_FIELD
    if fact.western and above.western and above.end in ("plain", "open", "comma"):
        score += w.NEW_WESTERN
    if above.end != "stop" and open_brackets(above.row.text[-40:]):
        score += w.NEW_BRACKET_WAITS
    return score


def _look(above: Fact, fact: Fact) -> float:
    """Change of size or weight between the two rows."""
    return w.NEW_LOOK if _differ(above, fact) else 0.0


def _differ(above: Fact, fact: Fact) -> bool:
    return (above.larger, above.bolder) != (fact.larger, fact.bolder)


def title_break(above: Fact, fact: Fact, layout: Layout, begun: str = "") -> float:
    """Evidence that a title ends above this row; negative when this row is its next line.

    Args:
        above: the row above, a line of the title.
        fact: the row.
        layout: statistics of the document.
        begun: text of the line of the title before the one above, if there is one.
    """
    if fact.promised_more:
        return -w.NEW_CERTAIN
    if fact.tabular:
        return -w.TABLE_NO_HEADING
    score = w.BREAK + (w.BREAK_THIRD_LINE if begun else 0.0)
    if above.end == "open" or (begun and open_brackets(begun + above.row.text)):
        score += w.BREAK_OPEN
    elif above.end == "comma":
        score += w.BREAK_COMMA
    score += _leading(fact)
    if fact.marker and fact.marker.kind not in ("（1）", "（一）"):
        score += w.BREAK_MARKER
    if fact.opener:
        score += w.BREAK_OPENER
    if above.end == "plain" and not begun and not above.marker:
        score += _short_first_line(above, fact)
    return score + _title_layout(above, fact, layout)


def _leading(fact: Fact) -> float:
    """What the first character of a row says against a new heading."""
    first = fact.row.text[:1]
    if fact.subtitle:
        return w.BREAK_SUBTITLE
    if starts_closed(first) or first in "（(":
        return w.BREAK_LEADING_BRACKET
    return w.BREAK_LOWER_CASE if first.islower() else 0.0


def _short_first_line(above: Fact, fact: Fact) -> float:
    """A title is not broken after a few characters; a short row above a longer one is a heading of its own."""
    length = len(above.core)
    score = w.BREAK_PER_MISSING_CHARACTER * max(0, _TITLE_LINE - length)
    if above.section_word:
        score += w.BREAK_SECTION_WORD
    return score + (w.BREAK_UNBALANCED if length * 5 < len(fact.core) * 3 else 0.0)


def _title_layout(above: Fact, fact: Fact, layout: Layout) -> float:
    score = 0.0
    if layout.known_paragraphs:
        score += -w.NEW_CERTAIN if above.row.paragraph == fact.row.paragraph else w.BREAK_PARAGRAPH
    elif layout.spaced_ends and not above.row.trailing:
        score += w.BREAK_WRAPPED
    elif layout.wrapped and above.slack - _first_token(fact.row.text) <= CHARACTER:
        score += w.BREAK_FULL_LINE
    if fact.styled and _differ(above, fact):
        score += w.BREAK_LOOK
    if _hangs(above, fact, layout):
        score += w.BREAK_HANGING
    centred = is_centred(above, layout) and is_centred(fact, layout)
    if centred:
        score += w.BREAK_CENTRED
    if fact.gap >= (2 if centred else 1):
        score += w.BREAK_DISTANCE
    return score


def _hangs(above: Fact, fact: Fact, layout: Layout) -> bool:
    """Whether a full indented row is followed by one at the left margin."""
    if not (layout.wrapped and layout.indented) or layout.known_paragraphs:
        return False
    full = above.slack - _first_token(fact.row.text) <= 1
    return full and above.inset >= layout.indent - _NEAR and is_at(fact.inset, 0.0)


def is_centred(fact: Fact, layout: Layout) -> bool:
    """Whether a row is centred: by the file, or by the same room on both sides, which is more than an indentation."""
    if fact.row.centred:
        return True
    if not layout.wrapped:
        return False
    least = max(layout.indent + CHARACTER, 2.5 * CHARACTER)
    return fact.inset >= least and abs(fact.inset - fact.slack) <= max(2 * CHARACTER, 0.35 * fact.inset)


def heading_end(above: Fact, fact: Fact, layout: Layout) -> float:
    """Evidence that a heading ends above this row: where lines are wrapped, a full line rarely ends a heading."""
    if layout.known_paragraphs or layout.spaced_ends or not layout.wrapped:
        return 0.0
    room = above.slack - _first_token(fact.row.text)
    as_first_line = bool(layout.hidden) and abs(room - layout.hidden) <= CHARACTER
    if room > 1 and not as_first_line:
        return 0.0
    score = (w.FULL_LINE_END_PERHAPS if room > 1 else w.FULL_LINE_END) + _look(above, fact)
    if fact.opener:
        score += w.FULL_LINE_OPENER
    if fact.gap >= 1:
        score += w.FULL_LINE_DISTANCE
    if layout.indented and is_at(fact.inset, layout.indent):
        score += w.FULL_LINE_INDENTED
    return min(0.0, score)
