"""The structure finder: the best reading of all rows together, and how sure it is of each heading."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from distributor.parse import weights as w
from distributor.parse.boundaries import boundary, heading_end, title_break
from distributor.parse.evidence import body_score, closing_scores, starting_scores, title_more
from distributor.parse.facts import Fact
from distributor.parse.habits import Habit, learn
from distributor.parse.kinds import ATTRIBUTION, FOLLOWS, MORE, NODE, OPENS, PARAGRAPH, SECTION, TITLE, Kind
from distributor.parse.layout import Layout
from distributor.parse.path import Lattice, best_path, margins
from distributor.parse.roles import Role, find_roles

_NEVER = -1e9
_SHORT = 14.0  # columns free at the right of a row that could have gone on
_SCALE = 2.0  # margin that makes a decision fairly sure
_SUREST = 40.0  # margin beyond which nothing gets surer
_KINDS = tuple(Kind)
_INDEX = {kind: index for index, kind in enumerate(_KINDS)}
_LAST = {SECTION: w.LAST_SECTION, TITLE: w.LAST_TITLE}
_HEADINGS = (_INDEX[SECTION], _INDEX[TITLE])


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of the body.

    Args:
        kinds: the kind of each row.
        confidence: for each row how sure it is that it begins, or does not begin, a heading (0 to 1).
    """

    kinds: tuple[Kind, ...]
    confidence: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Scores for passing from one row to the next.

    Args:
        starts: for a node that begins with the row.
        more: for going on with the node above, by the kind of the row above.
        after_heading: for beginning anything below a heading that the row above would end.
        marked: the heading that the marker of the row stands for in this document.
        under_section: makes up for the habit that a title right below a section heading does not have.
    """

    starts: dict[Kind, float]
    more: dict[Kind, float]
    after_heading: float
    marked: Kind | None
    under_section: float = 0.0


class _Way(NamedTuple):
    """One way from a row to the next, with all that can be known of it beforehand.

    Args:
        old, new: places of the kinds of both rows.
        usual: how usual the succession is.
        text: a paragraph begins.
        end: which finish of the node above counts: 0 none, 1 of a heading, 2 of a paragraph.
        favour: 0 none, 1 a title below a section, 2 a title below a title, 3 a section below a title.
        more: the node above goes on.
    """

    old: int
    new: int
    usual: float = 0.0
    text: bool = False
    end: int = 0
    favour: int = 0
    more: bool = False


_FAVOURS = {(SECTION, TITLE): 1, (TITLE, TITLE): 2, (TITLE, SECTION): 3}
_ENDS = {SECTION: 1, TITLE: 1, PARAGRAPH: 2}


def _ways() -> tuple[_Way, ...]:
    ways: list[_Way] = []
    for old in _KINDS:
        node = NODE[old]
        for (above, new), usual in FOLLOWS.items():
            if above is node:
                favour = _FAVOURS.get((node, new), 0)
                end = _ENDS.get(node, 0)
                ways.append(_Way(_INDEX[old], _INDEX[new], usual, new is PARAGRAPH, end, favour))
        if node in MORE:
            ways.append(_Way(_INDEX[old], _INDEX[MORE[node]], more=True))
    return tuple(ways)


_WAYS = _ways()
_PLACES = tuple((way.old, way.new) for way in _WAYS)


def find_structure(facts: Sequence[Fact], layout: Layout) -> Reading:
    """Read all rows in the way that the evidence supports best.

    Args:
        facts: what is known of each row of the body.
        layout: statistics of the document.
    """
    if not facts:
        return Reading((), ())
    steps = read_steps(facts, layout)
    lattice = _lattice(facts, steps)
    habits = learn(facts, [_KINDS[state] for state in best_path(lattice)], layout)
    if habits:
        lattice = _lattice(facts, [_with_habits(*pair, layout, habits) for pair in zip(facts, steps, strict=True)])
    kinds = tuple(_KINDS[state] for state in best_path(lattice))
    return Reading(kinds, tuple(_sureness(margin) for margin in margins(lattice, _HEADINGS)))


def _sureness(margin: float) -> float:
    return 1.0 / (1.0 + math.exp(-min(_SUREST, margin) / _SCALE))


def read_steps(facts: Sequence[Fact], layout: Layout) -> list[Step]:
    """Weigh the evidence of each row, before anything is known of the habits of the document."""
    roles = find_roles(facts)
    inside = {position + step for position, fact in enumerate(facts) for step in range(1, fact.attribution)}
    return [_step(facts, position, layout, roles, goes_on=position in inside) for position in range(len(facts))]


def _step(facts: Sequence[Fact], position: int, layout: Layout, roles: Mapping[str, Role], *, goes_on: bool) -> Step:
    fact = facts[position]
    more = _going_on(facts, position, layout) if position else {}
    more[ATTRIBUTION] = more[Kind.ATTRIBUTION_MORE] = w.ATTRIBUTION_MORE if goes_on else _NEVER
    end = heading_end(facts[position - 1], fact, layout) if position else 0.0
    role = roles.get(fact.marker.kind) if fact.marker else None
    marked = {"item": TITLE, "section": SECTION}.get(role.name if role else "")
    return Step(starting_scores(facts, position, layout, roles), more, end, marked)


def _going_on(facts: Sequence[Fact], position: int, layout: Layout) -> dict[Kind, float]:
    above, fact = facts[position - 1], facts[position]
    begun = facts[position - 2].row.text if position > 1 else "　"
    body = body_score(fact, layout)
    further = body - boundary(above, fact, layout)
    first = body - boundary(above, fact, layout, first=True) if layout.hidden else further
    row = title_more(facts, position, layout)
    return {
        Kind.TITLE: row - title_break(above, fact, layout),
        Kind.TITLE_MORE: row - title_break(above, fact, layout, begun),
        Kind.PARAGRAPH: first,
        Kind.PARAGRAPH_MORE: further,
        Kind.NOTE: first,
        Kind.NOTE_MORE: further,
    }


def _with_habits(fact: Fact, step: Step, layout: Layout, habits: Sequence[Habit]) -> Step:
    """Add what the habits of the document say; a title right below a section heading needs no distance."""
    starts = dict(step.starts)
    near = 0.0
    for habit in habits:
        score = habit.score(fact, layout)
        starts[habit.kind] += score
        if habit.near:
            near -= min(0.0, score)
    return Step(starts, step.more, step.after_heading, step.marked, near)


def _lattice(facts: Sequence[Fact], steps: Sequence[Step]) -> Lattice:
    opening = [OPENS.get(kind, _NEVER) + steps[0].starts.get(kind, 0.0) for kind in _KINDS]
    gains = [_gains(facts[position - 1], steps[position]) for position in range(1, len(facts))]
    ends = _closings(facts[-1], None)
    closing = [end + _LAST.get(NODE[kind], 0.0) for kind, end in zip(_KINDS, ends, strict=True)]
    return Lattice(len(_KINDS), _PLACES, opening, gains, closing)


def _closings(fact: Fact, below: Kind | None) -> tuple[float, ...]:
    listed, short = fact.field or fact.tabular or fact.marker is not None, fact.slack >= _SHORT
    return closing_scores(fact.end, listed=listed, short=short, below=below)


def _gains(above: Fact, step: Step) -> list[float]:
    """Score of every way on from the row above."""
    unfinished = above.end in ("plain", "open", "comma")
    ends = (0.0, step.after_heading, step.after_heading if unfinished else 0.0)
    text, other = _closings(above, PARAGRAPH), _closings(above, None)
    without = w.TITLE_WITHOUT_TEXT_MARKED
    favours = (
        0.0,
        step.under_section,
        without if step.marked is TITLE else 0.0,
        without if step.marked is SECTION else 0.0,
    )
    starts = [step.starts.get(kind, 0.0) for kind in _KINDS]
    more = [step.more.get(kind, 0.0) for kind in _KINDS]
    return [
        more[old] if goes_on else usual + starts[new] + (text if is_text else other)[old] + ends[end] + favours[favour]
        for old, new, usual, is_text, end, favour, goes_on in _WAYS
    ]
