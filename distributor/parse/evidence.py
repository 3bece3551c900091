"""Named evidence for what a row is: section heading, title, paragraph or attribution. Scores add up like log odds."""

from collections.abc import Mapping, Sequence

from distributor.parse.boundaries import is_centred
from distributor.parse.chars import width
from distributor.parse.facts import Fact
from distributor.parse.kinds import ATTRIBUTION, NOTE, PARAGRAPH, PARAGRAPH_MORE, SECTION, TITLE, TITLE_MORE, Kind
from distributor.parse.layout import Layout
from distributor.parse.roles import Role

_NEVER = -60.0
_SECTION_LENGTH = 15  # characters of most names of sections


def starting_scores(facts: Sequence[Fact], position: int, layout: Layout, roles: Mapping[str, Role]) -> dict[Kind, float]:
    """Scores of a row for each kind that can begin there."""
    fact = facts[position]
    below = facts[position + 1] if position + 1 < len(facts) else None
    above = facts[position - 1] if position else None
    scores = {
        SECTION: _section(fact, below, layout) + _role(fact, "section", roles),
        TITLE: _title(fact, above, below, layout) + _role(fact, "item", roles),
        PARAGRAPH: _paragraph(fact, layout) + _role(fact, "list", roles),
        ATTRIBUTION: 6.0 if fact.attribution else _NEVER,
        NOTE: 2.0 if fact.note else _preamble(fact),
    }
    if fact.attribution:
        scores[SECTION] -= 8.0
        scores[TITLE] -= 8.0
        scores[PARAGRAPH] -= 4.0
    return scores


def _preamble(fact: Fact) -> float:
    """Text above the first heading that does not say that it is a note."""
    heading = fact.marker or fact.heading or fact.larger or fact.bolder or fact.promised
    return -5.0 if heading else -1.5


def _role(fact: Fact, wanted: str, roles: Mapping[str, Role]) -> float:
    """A marker speaks for the role its kind has in this document, a missing one against roles that have a kind."""
    marker = fact.marker
    if marker and marker.kind in roles:
        role = roles[marker.kind]
        return role.weight if role.name == wanted else -role.weight
    if wanted == "list":
        return 0.0
    marked = any(role.name == wanted and role.count > 1 for role in roles.values())
    return -2.5 if marked else 0.0


def _shape(fact: Fact) -> float:
    """What speaks for any heading: looks, distance, words of the contents table."""
    score = _wording(fact)
    if fact.promised:
        score += 6.0
    if fact.gap >= 1:
        score += 1.5
    return score


def _wording(fact: Fact) -> float:
    """Looks and words of a row of a heading, the first or a further one."""
    score = 0.0
    if fact.heading:
        score += 5.0
    if fact.larger or fact.bolder:
        score += 3.0
    elif fact.styled:
        score -= 1.0
    if fact.opener:
        score -= 3.5
    if "。" in fact.core:
        score -= 5.0
    if fact.western:
        score -= 3.0
    return score


def _section(fact: Fact, below: Fact | None, layout: Layout) -> float:
    length = len(fact.core)
    score = _shape(fact) - 1.5
    score += 0.5 if length <= _SECTION_LENGTH else -0.4 * (length - _SECTION_LENGTH)
    if fact.section_word:
        score += 1.5
    elif not (fact.marker or fact.heading or fact.larger or fact.bolder):
        score -= 1.5
    if any(mark in fact.core for mark in "，：？！《“（"):
        score -= 2.5
    if fact.promised:
        score += 1.5 if fact.promised_section else -3.0
    if fact.heading == 1:
        score += 1.0
    if layout.wrapped and fact.slack < 4:  # noqa: PLR2004  two characters
        score -= 3.0
    if is_centred(fact, layout):
        score += 1.0
    return score + (_heading_below(below, layout) if below else -4.0)


def _heading_below(below: Fact, layout: Layout) -> float:
    """A section heading stands above a title, not above running text."""
    if below.opener or below.end in ("stop", "semi") or below.attribution:
        return -2.5
    return -1.5 if layout.wrapped and below.slack < 2 else 0.5  # noqa: PLR2004  one character


def _title(fact: Fact, above: Fact | None, below: Fact | None, layout: Layout) -> float:
    length = len(fact.core)
    score = _shape(fact) - 0.5
    if length < 8:  # noqa: PLR2004  few titles are as short
        score -= 0.4 * (8 - length)
    if length > 40:  # noqa: PLR2004  few title lines are as long
        score -= 0.05 * (length - 40)
    if fact.promised:
        score += -3.0 if fact.promised_section else 1.5
    if above is None or above.attribution or above.end in ("stop", "mark"):
        score += 1.0
    if fact.field:
        score -= 0.5
    if fact.core[:1] in "（(":
        score -= 2.5
    return score + _title_row(fact, below, layout)


def _title_row(fact: Fact, below: Fact | None, layout: Layout) -> float:
    """Punctuation and place of a row of a title, and what stands below it."""
    score = -2.0 if "；" in fact.core or fact.core.count("，") > 1 else 0.0
    if layout.wrapped:
        score += 0.5 if fact.slack >= 4 else -0.5  # noqa: PLR2004  two characters
        score += _title_inset(fact, layout)
    return score + (_text_below(below, layout) if below else -1.0)


def title_more(facts: Sequence[Fact], position: int, layout: Layout) -> float:
    """What speaks for a further row of a title, apart from the row above it."""
    below = facts[position + 1] if position + 1 < len(facts) else None
    return _wording(facts[position]) + _title_row(facts[position], below, layout)


def _title_inset(fact: Fact, layout: Layout) -> float:
    if is_centred(fact, layout):
        return 1.5
    if not layout.indented:
        return 0.0
    return -1.0 if abs(fact.inset - layout.indent) <= 1.5 else 0.5  # noqa: PLR2004  less than one character


def _text_below(below: Fact, layout: Layout) -> float:
    """A title stands above running text."""
    score = 0.0
    if below.opener:
        score += 2.0
    if layout.indented and abs(below.inset - layout.indent) <= 1.5:  # noqa: PLR2004  less than one character
        score += 1.0
    if not layout.wrapped and width(below.row.text) > 90:  # noqa: PLR2004  longer than any heading
        score += 1.5
    return score


def body_score(fact: Fact, layout: Layout) -> float:
    """What speaks for running text, at the beginning of a paragraph and further down alike."""
    score = 0.0
    if "。" in fact.core:
        score += 2.0
    if fact.heading:
        score -= 4.0
    if fact.larger or fact.bolder:
        score -= 2.5
    if fact.promised:
        score -= 4.0
    if layout.wrapped and fact.slack < 4:  # noqa: PLR2004  two characters
        score += 0.5
    return score


def _paragraph(fact: Fact, layout: Layout) -> float:
    """What speaks for the first row of a paragraph."""
    score = body_score(fact, layout)
    if fact.opener:
        score += 1.0
    if fact.field:
        score += 0.5
    if layout.indented:
        score += _indentation(fact, layout)
    return score + (_hidden_indent(fact, layout) if layout.hidden else 0.0)


def _indentation(fact: Fact, layout: Layout) -> float:
    """Where first lines are indented, a row at the left margin is hardly one; list lines may be."""
    if abs(fact.inset - layout.indent) <= 1.5:  # noqa: PLR2004  less than one character
        return 1.0
    return -3.5 if fact.inset < 1.5 and not fact.marker and not fact.field else 0.0  # noqa: PLR2004  less than one character


def _hidden_indent(fact: Fact, layout: Layout) -> float:
    """Where the indentation is lost, a first line cannot be quite full, and it often lacks just the indentation."""
    if fact.slack < layout.hidden - 1:
        return -4.0 if fact.slack < layout.hidden / 2 else -2.5
    return 1.5 if abs(fact.slack - layout.hidden) < 1 else 0.0


def closing_score(fact: Fact, kind: Kind, following: Kind | None) -> float:
    """How well a node of this kind ends with this row, given what begins below."""
    if kind in (SECTION, TITLE, TITLE_MORE):
        return {"stop": -5.0, "semi": -5.0, "comma": -4.0, "colon": -3.0, "open": -4.0, "mark": -0.3, "close": 0.5, "plain": 0.5}[fact.end]
    if kind is ATTRIBUTION:
        return 0.0
    if kind is PARAGRAPH_MORE and fact.end == "plain":
        return -5.0
    if fact.end == "plain":
        return -2.0 if fact.field or fact.marker else -3.5
    ends = {"stop": 0.5, "mark": 0.3, "semi": -0.5, "comma": -4.0, "colon": 0.0, "open": -3.0, "close": -0.5}[fact.end]
    if fact.end == "colon" and following is not PARAGRAPH:
        ends -= 3.0
    return ends
