"""Best paths through the rows (Viterbi): plain numbers, no knowledge of bulletins."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

_NEVER = -1e18

Edge = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Lattice:
    """All readings of a sequence of rows.

    Args:
        states: count of states that a row can have.
        edges: (state of the row above, state of the row), the same for all rows.
        opening: score of each state at the first row.
        gains: for each further row the score of each edge, in the order of `edges`.
        closing: score of each state at the last row.
    """

    states: int
    edges: Sequence[Edge]
    opening: Sequence[float]
    gains: Sequence[Sequence[float]]
    closing: Sequence[float]


def best_path(lattice: Lattice) -> list[int]:
    """The states of the reading with the highest score."""
    scores = list(lattice.opening)
    origins: list[list[int]] = []
    for gains in lattice.gains:
        scores, origin = _advance(lattice, scores, gains)
        origins.append(origin)
    ends = [score + end for score, end in zip(scores, lattice.closing, strict=True)]
    state = max(range(lattice.states), key=ends.__getitem__)
    path = [state]
    for origin in reversed(origins):
        state = origin[state]
        path.append(state)
    return path[::-1]


def _advance(lattice: Lattice, before: Sequence[float], gains: Sequence[float]) -> tuple[list[float], list[int]]:
    scores = [_NEVER] * lattice.states
    origin = [0] * lattice.states
    for (old, new), gain in zip(lattice.edges, gains, strict=True):
        score = before[old] + gain
        if score > scores[new]:
            scores[new], origin[new] = score, old
    return scores, origin


def margins(lattice: Lattice, special: Collection[int]) -> list[float]:
    """For each row how much the best reading gives up when the row changes between special and other states."""
    forward = [list(lattice.opening)]
    for gains in lattice.gains:
        forward.append(_advance(lattice, forward[-1], gains)[0])
    onward = list(lattice.closing)
    found: list[float] = []
    for position in range(len(forward) - 1, -1, -1):
        whole = [score + rest for score, rest in zip(forward[position], onward, strict=True)]
        inside = max(whole[state] for state in special)
        outside = max(score for state, score in enumerate(whole) if state not in special)
        found.append(abs(inside - outside))
        if position:
            onward = _retreat(lattice, onward, lattice.gains[position - 1])
    return found[::-1]


def _retreat(lattice: Lattice, onward: Sequence[float], gains: Sequence[float]) -> list[float]:
    scores = [_NEVER] * lattice.states
    for (old, new), gain in zip(lattice.edges, gains, strict=True):
        scores[old] = max(scores[old], onward[new] + gain)
    return scores
