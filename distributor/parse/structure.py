"""The structure finder: the best reading of all rows together (Viterbi), and how sure it is of each heading."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from distributor.parse import weights as w
from distributor.parse.boundaries import boundary, heading_end, title_break
from distributor.parse.evidence import body_score, closing_score, starting_scores, title_more
from distributor.parse.facts import Fact
from distributor.parse.habits import Habit, learn
from distributor.parse.kinds import ATTRIBUTION, FOLLOWS, MORE, NODE, OPENS, SECTION, TITLE, Kind
from distributor.parse.layout import Layout
from distributor.parse.roles import Role, find_roles

_NEVER = -1e9
_SCALE = 2.0  # margin that makes a decision fairly sure
_KINDS = tuple(Kind)
_LAST = {SECTION: w.LAST_SECTION, TITLE: w.LAST_TITLE}

Scores = dict[Kind, float]


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of the body.

    Args:
        kinds: the kind of each row.
        confidence: for each row how sure it is that it begins, or does not begin, a heading (0 to 1).
    """

    kinds: tuple[Kind, ...]
    confidence: tuple[float, ...]


def find_structure(facts: Sequence[Fact], layout: Layout) -> Reading:
    """Read all rows in the way that the evidence supports best.

    Args:
        facts: what is known of each row of the body.
        layout: statistics of the document.
    """
    if not facts:
        return Reading((), ())
    steps = _steps(facts, layout, ())
    first = _best_path(*_forward(facts, steps))
    habits = learn(facts, first, layout)
    if habits:
        steps = _steps(facts, layout, habits)
    forward, back = _forward(facts, steps)
    return Reading(_best_path(forward, back), _confidence(facts, steps, forward))


@dataclass(frozen=True, slots=True)
class _Step:
    """Scores for passing from one row to the next.

    Args:
        starts: for a node that begins with the row.
        more: for going on with the node above, by the kind of the row above.
        after_heading: for beginning anything below a heading that the row above would end.
        favours: for what this document does or the row says about a succession of nodes.
    """

    starts: Scores
    more: Scores
    after_heading: float
    favours: dict[tuple[Kind, Kind], float]


def _steps(facts: Sequence[Fact], layout: Layout, habits: Sequence[Habit]) -> list[_Step]:
    roles = find_roles(facts)
    covered = _attribution_rows(facts)
    steps = []
    for position, fact in enumerate(facts):
        starts = starting_scores(facts, position, layout, roles)
        for habit in habits:
            starts[habit.kind] += habit.score(fact, layout)
        more = _going_on(facts, position, layout) if position else dict.fromkeys(_KINDS, _NEVER)
        inside = position in covered
        more[ATTRIBUTION] = more[Kind.ATTRIBUTION_MORE] = w.ATTRIBUTION_MORE if inside else _NEVER
        end = heading_end(facts[position - 1], fact, layout) if position else 0.0
        steps.append(_Step(starts, more, end, _favours(fact, layout, roles, habits)))
    return steps


def _favours(
    fact: Fact, layout: Layout, roles: Mapping[str, Role], habits: Sequence[Habit]
) -> dict[tuple[Kind, Kind], float]:
    """A title right below a section heading needs no distance; a marked heading may follow a title without text."""
    near = sum(min(0.0, habit.score(fact, layout)) for habit in habits if habit.near)
    role = roles.get(fact.marker.kind) if fact.marker else None
    marked = {"item": TITLE, "section": SECTION}.get(role.name if role else "")
    favours = {(SECTION, TITLE): -near}
    if marked:
        favours[(TITLE, marked)] = w.TITLE_WITHOUT_TEXT_MARKED
    return favours


def _going_on(facts: Sequence[Fact], position: int, layout: Layout) -> Scores:
    above, fact = facts[position - 1], facts[position]
    begun = facts[position - 2].row.text if position > 1 else "　"
    body = body_score(fact, layout)
    first = body - boundary(above, fact, layout, first=True)
    further = body - boundary(above, fact, layout)
    row = title_more(facts, position, layout)
    title = row - title_break(above, fact, layout)
    return {
        Kind.TITLE: title,
        Kind.TITLE_MORE: row - title_break(above, fact, layout, begun),
        Kind.PARAGRAPH: first,
        Kind.PARAGRAPH_MORE: further,
        Kind.NOTE: first,
        Kind.NOTE_MORE: further,
    }


def _attribution_rows(facts: Sequence[Fact]) -> set[int]:
    """Positions of the second and further rows of attributions."""
    return {position + step for position, fact in enumerate(facts) for step in range(1, fact.attribution)}


def _forward(facts: Sequence[Fact], steps: Sequence[_Step]) -> tuple[list[Scores], list[dict[Kind, Kind]]]:
    """Best score of each kind at each row, and the kind above that gave it."""
    forward: list[Scores] = [{kind: OPENS.get(kind, _NEVER) + steps[0].starts.get(kind, 0.0) for kind in _KINDS}]
    back: list[dict[Kind, Kind]] = [{}]
    for position in range(1, len(facts)):
        scores, origin = _advance(facts[position - 1], forward[-1], steps[position])
        forward.append(scores)
        back.append(origin)
    last = facts[-1]
    forward[-1] = {kind: score + _finish(last, kind) for kind, score in forward[-1].items()}
    return forward, back


def _advance(above: Fact, before: Scores, step: _Step) -> tuple[Scores, dict[Kind, Kind]]:
    scores: Scores = dict.fromkeys(_KINDS, _NEVER * 2)
    origin: dict[Kind, Kind] = {}
    for kind, score in before.items():
        if score <= _NEVER / 2:
            continue
        for new, gain in _moves(above, kind, step):
            if score + gain > scores[new]:
                scores[new], origin[new] = score + gain, kind
    return scores, origin


def _moves(above: Fact, kind: Kind, step: _Step) -> list[tuple[Kind, float]]:
    """All ways on from a row of this kind, with their scores."""
    node = NODE[kind]
    unfinished = node in (SECTION, TITLE) or (node is Kind.PARAGRAPH and above.end in ("plain", "open", "comma"))
    end = step.after_heading if unfinished else 0.0
    moves = [
        (new, gain + step.starts[new] + closing_score(above, kind, new) + end + step.favours.get((old, new), 0.0))
        for (old, new), gain in FOLLOWS.items()
        if old is node
    ]
    if node in MORE:
        moves.append((MORE[node], step.more[kind]))
    return moves


def _finish(fact: Fact, kind: Kind) -> float:
    return closing_score(fact, kind, None) + _LAST.get(NODE[kind], 0.0)


def _best_path(forward: Sequence[Scores], back: Sequence[dict[Kind, Kind]]) -> tuple[Kind, ...]:
    kind = max(_KINDS, key=lambda candidate: forward[-1][candidate])
    path = [kind]
    for position in range(len(forward) - 1, 0, -1):
        kind = back[position].get(kind, kind)
        path.append(kind)
    return tuple(reversed(path))


def _confidence(facts: Sequence[Fact], steps: Sequence[_Step], forward: Sequence[Scores]) -> tuple[float, ...]:
    """Compare the best reading in which a row begins a heading with the best one in which it does not."""
    sure: list[float] = [0.0] * len(facts)
    onward: Scores = dict.fromkeys(_KINDS, 0.0)
    for position in range(len(facts) - 1, -1, -1):
        whole = {kind: forward[position][kind] + onward[kind] for kind in _KINDS}
        heads = max(whole[SECTION], whole[TITLE])
        others = max(score for kind, score in whole.items() if kind not in (SECTION, TITLE))
        sure[position] = 1.0 / (1.0 + math.exp(-min(40.0, abs(heads - others)) / _SCALE))
        if position:
            onward = _retreat(
                facts[position - 1], onward, steps[position], last=position == len(facts) - 1, fact=facts[position]
            )
    return tuple(sure)


def _retreat(above: Fact, onward: Scores, step: _Step, *, last: bool, fact: Fact) -> Scores:
    """Best score from a row to the end, for each kind it can have."""
    scores: Scores = {}
    for kind in _KINDS:
        best = _NEVER
        for new, gain in _moves(above, kind, step):
            end = _finish(fact, new) if last else 0.0
            best = max(best, gain + onward[new] + end)
        scores[kind] = best
    return scores
