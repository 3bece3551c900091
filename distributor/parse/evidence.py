"""Named evidence for what a row is: section heading, title, paragraph or attribution. Scores add up like log odds."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from distributor.parse import weights as w
from distributor.parse.boundaries import is_at, is_centred
from distributor.parse.chars import width
from distributor.parse.facts import Fact
from distributor.parse.kinds import ATTRIBUTION, NOTE, PARAGRAPH, PARAGRAPH_MORE, SECTION, TITLE, TITLE_MORE, Kind
from distributor.parse.layout import CHARACTER, Layout
from distributor.parse.roles import Role

_NEVER = -60.0
_SECTION_LENGTH = 15  # characters of most names of sections
_TITLE_LEAST, _TITLE_MOST = 8, 40  # characters of most lines of titles
_LEAST_TEXT = 10  # characters of the shortest paragraphs
_LONGEST_HEADING = 90  # columns
_SHORT_ROW, _FULL_ROW = 7 * CHARACTER, 3.5 * CHARACTER  # columns free at the right
_HEADING_LIKE = ("plain", "close", "mark")
_HEADING_ENDS = {
    "stop": w.HEADING_END_STOP, "semi": w.HEADING_END_STOP, "comma": w.HEADING_END_COMMA, "colon": w.HEADING_END_COLON,
    "open": w.HEADING_END_OPEN, "mark": w.HEADING_END_MARK, "close": w.HEADING_END_PLAIN, "plain": w.HEADING_END_PLAIN,
}  # fmt: skip
_TEXT_ENDS = {
    "stop": w.TEXT_END_STOP, "mark": w.TEXT_END_MARK, "semi": w.TEXT_END_SEMI, "comma": w.TEXT_END_COMMA,
    "colon": w.TEXT_END_COLON, "open": w.TEXT_END_OPEN, "close": w.TEXT_END_CLOSE,
}  # fmt: skip


def starting_scores(
    facts: Sequence[Fact], position: int, layout: Layout, roles: Mapping[str, Role]
) -> dict[Kind, float]:
    """Scores of a row for each kind that can begin there."""
    fact = facts[position]
    scores = {
        SECTION: _section(facts, position, layout) + _role(fact, "section", roles),
        TITLE: _title(facts, position, layout) + _role(fact, "item", roles),
        PARAGRAPH: _paragraph(fact, layout) + _role(fact, "list", roles),
        ATTRIBUTION: w.ATTRIBUTION if fact.attribution else _NEVER,
        NOTE: w.NOTE if fact.note else _preamble(fact),
    }
    if fact.tabular:
        scores[SECTION] += w.TABLE_NO_HEADING
        scores[TITLE] += w.TABLE_NO_HEADING
    if fact.attribution:
        scores[SECTION] += w.ATTRIBUTION_NO_HEADING
        scores[TITLE] += w.ATTRIBUTION_NO_HEADING
        scores[PARAGRAPH] += w.ATTRIBUTION_NO_TEXT
    return scores


def _preamble(fact: Fact) -> float:
    """Text above the first heading that does not say that it is a note."""
    heading = fact.marker or fact.heading or fact.larger or fact.bolder or fact.promised
    return w.NOTE_LIKE_HEADING if heading else w.NOTE_UNNAMED


def _role(fact: Fact, wanted: str, roles: Mapping[str, Role]) -> float:
    """A marker speaks for the role its kind has in this document, a missing one against roles that have a kind."""
    marker = fact.marker
    if marker and marker.kind in roles:
        role = roles[marker.kind]
        return role.weight if role.name == wanted else -role.weight
    if wanted == "list":
        return 0.0
    marked = any(role.name == wanted and role.count > 1 for role in roles.values())
    return w.HEADING_WITHOUT_MARKER if marked else 0.0


def _shape(fact: Fact) -> float:
    """What speaks for any heading: looks, distance, words of the contents table."""
    score = _wording(fact)
    if fact.promised:
        score += w.HEADING_PROMISED
    if fact.gap >= 1:
        score += w.HEADING_DISTANCE
    return score


def _wording(fact: Fact) -> float:
    """Looks and words of a row of a heading, the first or a further one."""
    score = 0.0
    if fact.heading:
        score += w.HEADING_STYLE
    if fact.larger or fact.bolder:
        score += w.HEADING_LOOK
    elif fact.styled:
        score += w.HEADING_PLAIN_LOOK
    if fact.opener:
        score += w.HEADING_OPENER
    if "。" in fact.core:
        score += w.HEADING_FULL_STOP
    if fact.western:
        score += w.HEADING_WESTERN
    return score


def _section(facts: Sequence[Fact], position: int, layout: Layout) -> float:
    fact = facts[position]
    score = w.SECTION + _shape(fact) + _section_words(fact)
    if fact.promised_section is not None:
        score += w.SECTION_PROMISED if fact.promised_section else w.SECTION_PROMISED_AS_ITEM
    if fact.heading == 1:
        score += w.SECTION_FIRST_LEVEL
    if layout.wrapped and fact.slack < 2 * CHARACTER:
        score += w.SECTION_FULL_LINE
    if is_centred(fact, layout):
        score += w.SECTION_CENTRED
    return score + _heading_below(facts[position + 1 : position + 4], layout)


def _section_words(fact: Fact) -> float:
    """Length, ending and punctuation of the name of a section."""
    extra = len(fact.core) - _SECTION_LENGTH
    score = w.SECTION_SHORT if extra <= 0 else w.SECTION_PER_EXTRA_CHARACTER * extra
    if fact.section_word:
        score += w.SECTION_WORD
    elif not (fact.marker or fact.heading or fact.larger or fact.bolder):
        score += w.SECTION_BARE
    if any(mark in fact.core for mark in "，：？！《“（"):
        score += w.SECTION_PUNCTUATION
    return score


def _heading_below(below: Sequence[Fact], layout: Layout) -> float:
    """A section heading stands above a title, not above running text."""
    if not below:
        return w.SECTION_LAST
    first = below[0]
    if first.opener or first.end in ("stop", "semi") or first.attribution:
        return w.SECTION_ABOVE_TEXT
    if layout.wrapped and first.slack < CHARACTER and not _is_long_title(below):
        return w.SECTION_ABOVE_FULL_LINE
    return w.SECTION_ABOVE_TITLE


def _is_long_title(rows: Sequence[Fact]) -> bool:
    """Whether a full row goes on with an unterminated one, and running text begins below."""
    if len(rows) < 3:  # noqa: PLR2004  the two rows of the title and the text
        return False
    return rows[1].end in ("plain", "close") and rows[1].slack > CHARACTER and rows[2].opener


def _title(facts: Sequence[Fact], position: int, layout: Layout) -> float:
    fact = facts[position]
    above = facts[position - 1] if position else None
    length = len(fact.core)
    score = w.TITLE + _shape(fact) + _title_row(facts, position, layout)
    score += w.TITLE_PER_MISSING_CHARACTER * max(0, _TITLE_LEAST - length)
    score += w.TITLE_PER_EXTRA_CHARACTER * max(0, length - _TITLE_MOST)
    if fact.promised_section is not None:
        score += w.TITLE_PROMISED_AS_SECTION if fact.promised_section else w.TITLE_PROMISED
    if above is None or above.attribution or above.end in ("stop", "mark"):
        score += w.TITLE_AFTER_END
    if fact.field:
        score += w.TITLE_FIELD
    if fact.core[:1] in "（(" or fact.subtitle:
        score += w.TITLE_OPENS_BRACKET
    return score


def _title_row(facts: Sequence[Fact], position: int, layout: Layout) -> float:
    """Punctuation and place of a row of a title, and what stands below it."""
    fact = facts[position]
    below = facts[position + 1] if position + 1 < len(facts) else None
    score = w.TITLE_LIST_PUNCTUATION if "；" in fact.core or fact.core.count("，") > 1 else 0.0
    if layout.wrapped:
        score += w.TITLE_SHORT_LINE if fact.slack >= 2 * CHARACTER else w.TITLE_FULL_LINE
        score += _title_inset(fact, layout)
    if below and layout.wrapped and fact.slack >= _SHORT_ROW and below.slack < _FULL_ROW and fact.end in _HEADING_LIKE:
        score += w.TITLE_ABOVE_FULL_LINE
    return score + (_text_below(below, layout) if below else w.TITLE_LAST)


def title_more(facts: Sequence[Fact], position: int, layout: Layout) -> float:
    """What speaks for a further row of a title, apart from the row above it."""
    return _wording(facts[position]) + _title_row(facts, position, layout)


def _title_inset(fact: Fact, layout: Layout) -> float:
    if is_centred(fact, layout):
        return w.HEADING_CENTRED
    if not layout.indented:
        return 0.0
    return w.TITLE_INDENTED if is_at(fact.inset, layout.indent) else w.TITLE_NOT_INDENTED


def _text_below(below: Fact, layout: Layout) -> float:
    """A title stands above running text."""
    score = 0.0
    if below.opener:
        score += w.TITLE_ABOVE_OPENER
    if layout.indented and is_at(below.inset, layout.indent):
        score += w.TITLE_ABOVE_INDENTED
    if below.end == "stop" and len(below.core) < _LEAST_TEXT:
        score += w.TITLE_ABOVE_REMNANT
    if not layout.wrapped and width(below.row.text) > _LONGEST_HEADING:
        score += w.TITLE_ABOVE_LONG_LINE
    return score


def body_score(fact: Fact, layout: Layout) -> float:
    """What speaks for running text, at the beginning of a paragraph and further down alike."""
    score = 0.0
    if "。" in fact.core:
        score += w.TEXT_FULL_STOP
    if fact.heading:
        score += w.TEXT_HEADING_STYLE
    if fact.larger or fact.bolder:
        score += w.TEXT_LOOK
    if fact.promised:
        score += w.TEXT_PROMISED
    if layout.wrapped and fact.slack < 2 * CHARACTER:
        score += w.TEXT_FULL_LINE
    return score


def _paragraph(fact: Fact, layout: Layout) -> float:
    """What speaks for the first row of a paragraph."""
    score = body_score(fact, layout)
    if fact.opener:
        score += w.PARAGRAPH_OPENER
    if fact.field:
        score += w.PARAGRAPH_FIELD
    if layout.indented:
        score += _indentation(fact, layout)
    return score + (_hidden_indent(fact, layout) if layout.hidden else 0.0)


def _indentation(fact: Fact, layout: Layout) -> float:
    """Where first lines are indented, a row at the left margin is hardly one; list lines may be."""
    if is_at(fact.inset, layout.indent):
        return w.PARAGRAPH_INDENTED
    outside = is_at(fact.inset, 0.0) and not fact.marker and not fact.field
    return w.PARAGRAPH_NOT_INDENTED if outside else 0.0


def _hidden_indent(fact: Fact, layout: Layout) -> float:
    """Where the indentation is lost, a first line cannot be quite full, and it often lacks just the indentation."""
    if fact.slack < layout.hidden / 2:
        return w.PARAGRAPH_FULL_WITHOUT_INDENT
    if fact.slack < layout.hidden - 1:
        return w.PARAGRAPH_NEARLY_FULL
    return w.PARAGRAPH_LACKS_INDENT if fact.slack < layout.hidden + 1 else 0.0


@lru_cache(maxsize=64)
def closing_scores(end: str, *, listed: bool, short: bool, below: Kind | None) -> tuple[float, ...]:
    """How well a node ends with a row, for each kind that the row can have.

    Args:
        end: how the row ends.
        listed: the row is a line of a list or begins with a run-in label.
        short: the row leaves much room at its right.
        below: PARAGRAPH when a paragraph follows, else None.
    """
    text = _TEXT_ENDS.get(end, w.TEXT_END_PLAIN_LISTED if listed else w.TEXT_END_PLAIN)
    if end == "colon" and below is not PARAGRAPH:
        text += w.TEXT_END_COLON_LAST
    scores = dict.fromkeys(Kind, text)
    scores |= dict.fromkeys((SECTION, TITLE, TITLE_MORE), _HEADING_ENDS[end])
    scores |= dict.fromkeys((ATTRIBUTION, Kind.ATTRIBUTION_MORE), 0.0)
    if end == "plain":
        scores[PARAGRAPH_MORE] = w.TEXT_END_PLAIN_LONG
        if short and not listed:
            scores[PARAGRAPH] += w.TEXT_END_SHORT
            scores[PARAGRAPH_MORE] += w.TEXT_END_SHORT
    return tuple(scores[kind] for kind in Kind)
