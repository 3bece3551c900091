"""Nodes: runs of rows of one kind, and their text."""

from collections.abc import Sequence
from dataclasses import dataclass

from distributor.parse.chars import join, squash, unspaced
from distributor.parse.facts import Fact
from distributor.parse.kinds import NODE, Kind


@dataclass(frozen=True, slots=True)
class Node:
    """A section heading, a title, a paragraph, an attribution or a note.

    Args:
        kind: what it is.
        facts: its rows.
        confidence: how sure it is that a heading begins here.
    """

    kind: Kind
    facts: tuple[Fact, ...]
    confidence: float

    @property
    def line(self) -> int:
        """1-based line of the source where it begins."""
        return self.facts[0].row.number


def cut(facts: Sequence[Fact], kinds: Sequence[Kind], confidence: Sequence[float]) -> tuple[Node, ...]:
    """Cut the rows into nodes."""
    nodes: list[Node] = []
    start = 0
    for position in range(1, len(facts) + 1):
        if position == len(facts) or NODE[kinds[position]] is kinds[position]:
            nodes.append(Node(kinds[start], tuple(facts[start:position]), confidence[start]))
            start = position
    return tuple(nodes)


def running_text(facts: Sequence[Fact]) -> str:
    """Text of a paragraph: rows joined, a marker that the file draws put before it."""
    text = facts[0].row.printed
    for fact in facts[1:]:
        text = join(text, fact.row.printed)
    return text


def heading_text(facts: Sequence[Fact]) -> tuple[str, str]:
    """Text of a heading without marker and ornaments, and the characters taken off."""
    first = facts[0]
    length, tail = (first.marker.length, first.marker.tail) if first.marker else (0, 0)
    body = first.row.text[length : len(first.row.text) - tail]
    removed = first.row.marker + first.row.text[:length] + first.row.text[len(first.row.text) - tail :]
    for fact in facts[1:]:
        body = join(body, fact.row.text)
        removed += fact.row.marker
    return unspaced(body.strip()), squash(removed)
