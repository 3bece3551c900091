"""Where one paragraph ends and the next begins: evidence between two neighbouring rows."""

import re

from distributor.parse.chars import open_brackets, width
from distributor.parse.facts import Fact, starts_closed
from distributor.parse.layout import Layout

_CERTAIN = 12.0
_TOKEN = re.compile(r"[!-~±°μ·]+|.")


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
        return -_CERTAIN if above.row.paragraph == fact.row.paragraph and not listed else _CERTAIN
    if layout.spaced_ends:
        return _CERTAIN / 2 if above.row.trailing else -_CERTAIN * 2 / 3 + _lexical(above, fact)
    if not layout.wrapped:
        return _CERTAIN / 2 + _lexical(above, fact) / 2
    room = above.slack - (layout.hidden if first else 0.0)
    return _measured(room, fact, layout) + _lexical(above, fact) + _look(above, fact)


def _measured(room: float, fact: Fact, layout: Layout) -> float:
    """Room left on the line above, indentation, distance."""
    score = -3.0
    free = room - _first_token(fact.row.text)
    if free > 1:
        score += min(6.5, 2.5 + free * 0.45)
    if layout.indented:
        score += _indentation(fact, layout)
    if fact.gap >= 1:
        score += 2.5
    elif fact.gap >= 0.3:  # noqa: PLR2004  a third of a line is set on purpose
        score += 1.5
    return score


def _first_token(text: str) -> float:
    """Columns of the first word that would have had to fit on the line above, with the punctuation bound to it."""
    match = _TOKEN.match(text)
    end = match.end() if match else 0
    while end < len(text) and starts_closed(text[end:]):
        end += 1
    return float(min(width(text[:end]), 24))


def _indentation(fact: Fact, layout: Layout) -> float:
    inset = fact.inset
    if abs(inset - layout.indent) <= 1.5:  # noqa: PLR2004  less than one character
        return 4.0
    if inset > layout.indent:
        return 2.5
    return -5.0 if inset < 1.5 else 0.0  # noqa: PLR2004  less than one character


def _lexical(above: Fact, fact: Fact) -> float:
    """Punctuation and words on both sides."""
    score = {"stop": 1.2, "mark": 0.8, "semi": -1.5, "colon": 0.3, "comma": -3.0, "open": -1.5, "close": 0.0, "plain": -2.0}[above.end]
    if starts_closed(fact.row.text):
        score -= 6.0
    elif fact.row.text[:1].islower():
        score -= 2.0
    if fact.opener and above.end in ("stop", "mark"):
        score += 1.5
    if fact.marker and above.end in ("stop", "semi", "colon"):
        score += 3.0
    if fact.field and above.end == "stop":
        score += 1.0
    if fact.western and above.western and above.end in ("plain", "open", "comma"):
        score -= 6.0
    if open_brackets(above.row.text[-40:]) and above.end != "stop":
        score -= 0.5
    return score


def _look(above: Fact, fact: Fact) -> float:
    """Change of size or weight between the two rows."""
    return 4.0 if (above.larger, above.bolder) != (fact.larger, fact.bolder) else 0.0


def title_break(above: Fact, fact: Fact, layout: Layout, begun: str = "") -> float:
    """Evidence that a title ends above this row; negative when this row is its next line.

    Args:
        above: the row above, a line of the title.
        fact: the row.
        layout: statistics of the document.
        begun: text of the line of the title before the one above, if there is one.
    """
    if fact.promised_more:
        return -_CERTAIN
    score = 4.0
    if above.end == "open" or begun and open_brackets(begun + above.row.text):
        score -= 5.0
    elif above.end == "comma":
        score -= 3.5
    if starts_closed(fact.row.text) or fact.row.text[:1] in "（(":
        score -= 3.0
    if fact.marker and fact.marker.kind not in ("（1）", "（一）"):
        score += 3.0
    if fact.opener:
        score += 3.0
    if above.end == "plain" and not begun:
        score += _short_first_line(above, fact)
    return score + _title_layout(above, fact, layout)


def _short_first_line(above: Fact, fact: Fact) -> float:
    """A title is not broken after a few characters; a short row above a longer one is a heading of its own."""
    if above.marker:
        return 0.0
    length = len(above.core)
    score = 2.0 if length < 9 else 1.0 if length < 12 else 0.0  # noqa: PLR2004  characters
    if above.section_word:
        score += 1.5
    return score + (1.0 if length * 5 < len(fact.core) * 3 else 0.0)


def _title_layout(above: Fact, fact: Fact, layout: Layout) -> float:
    score = 0.0
    if layout.known_paragraphs:
        score += -_CERTAIN if above.row.paragraph == fact.row.paragraph else 2.5
    elif layout.spaced_ends and not above.row.trailing:
        score -= 6.0
    elif layout.wrapped and above.slack - _first_token(fact.row.text) <= 2:  # noqa: PLR2004  one character
        score -= 1.5
    if fact.styled and (above.larger, above.bolder) != (fact.larger, fact.bolder):
        score += 4.0
    centred = is_centred(above, layout) and is_centred(fact, layout)
    if centred:
        score -= 2.5
    if fact.gap >= 2 or fact.gap >= 1 and not centred:  # noqa: PLR2004  more than the distance of two title lines
        score += 4.0
    return score


def is_centred(fact: Fact, layout: Layout) -> bool:
    """Whether a row is centred: by the file, or because the same room is left on both sides, more than an indentation."""
    if fact.row.centred:
        return True
    if not layout.wrapped:
        return False
    least = max(layout.indent + 2, 5.0)
    return fact.inset >= least and abs(fact.inset - fact.slack) <= max(4.0, 0.35 * fact.inset)


def heading_end(above: Fact, fact: Fact, layout: Layout) -> float:
    """Evidence that a heading ends above this row: where lines are wrapped, a full line rarely ends a heading."""
    if layout.known_paragraphs or layout.spaced_ends or not layout.wrapped:
        return 0.0
    room = above.slack - _first_token(fact.row.text)
    as_first_line = bool(layout.hidden) and abs(room - layout.hidden) < 2  # noqa: PLR2004  one character
    if room > 1 and not as_first_line:
        return 0.0
    score = (-2.5 if room > 1 else -4.0) + (2.0 if fact.opener else 0.0) + (2.5 if fact.gap >= 1 else 0.0) + _look(above, fact)
    if layout.indented and abs(fact.inset - layout.indent) <= 1.5:  # noqa: PLR2004  less than one character
        score += 3.0
    return min(0.0, score)
