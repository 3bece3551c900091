"""Which role each kind of marker has in this document: section, item or list line."""

from collections.abc import Sequence
from dataclasses import dataclass

from distributor.parse import weights as w
from distributor.parse.chars import width
from distributor.parse.facts import Fact

_HEADING_LENGTH = 120  # columns that a title can take
_SECTION_KINDS = ("part", "【】", "dash")


@dataclass(frozen=True, slots=True)
class Role:
    """The role of one kind of marker.

    Args:
        name: section, item or list.
        weight: how much a row with this marker speaks for the role.
        count: rows that have the marker.
    """

    name: str
    weight: float
    count: int


def find_roles(facts: Sequence[Fact]) -> dict[str, Role]:
    """Decide the role of each kind of marker by how its rows look and what stands below them."""
    places: dict[str, list[int]] = {}
    for position, fact in enumerate(facts):
        if fact.marker:
            places.setdefault(fact.marker.kind, []).append(position)
    heading = {kind: _heading_share(facts, found) for kind, found in places.items()}
    return {kind: _role(facts, kind, places[kind], heading) for kind in places}


def _heading_share(facts: Sequence[Fact], places: Sequence[int]) -> float:
    return sum(_is_heading(facts, position) for position in places) / len(places)


def _is_heading(facts: Sequence[Fact], position: int) -> bool:
    """Whether a marked row looks like a heading: unterminated, short, after a finished row."""
    fact = facts[position]
    if (
        fact.attribution
        or fact.end in ("stop", "semi", "colon")
        or width(fact.core) > _HEADING_LENGTH
        or "。" in fact.core
    ):
        return False
    above = facts[position - 1] if position else None
    return above is None or above.attribution > 0 or above.end != "comma"


def _role(facts: Sequence[Fact], kind: str, places: Sequence[int], heading: dict[str, float]) -> Role:
    share = heading[kind]
    if share < 0.5:  # noqa: PLR2004  most of its rows are no headings
        return Role("list", w.LIST_MARKER_ROLE, len(places))
    above_text = sum(_stands_above_text(facts, position) for position in places)
    if kind in _SECTION_KINDS:
        above_heading = len(places) - above_text
    else:
        above_heading = sum(_stands_above_heading(facts, position, kind, heading) for position in places)
    name = "section" if above_heading > above_text else "item"
    return Role(name, w.HEADING_MARKER_ROLE * share, len(places))


def _stands_above_heading(facts: Sequence[Fact], position: int, kind: str, heading: dict[str, float]) -> bool:
    """Whether the row below is a heading itself: marked by another kind, or unterminated above running text."""
    below = facts[position + 1] if position + 1 < len(facts) else None
    if below is None or below.attribution or below.opener:
        return False
    if below.marker:
        return below.marker.kind != kind and heading[below.marker.kind] >= 0.5  # noqa: PLR2004  most of its rows
    own = facts[position]
    differs = (below.larger, below.bolder, below.heading) != (own.larger, own.bolder, own.heading)
    styled = differs and (below.larger or below.bolder or below.heading > 0)
    looks = (styled or below.promised > 0) and not below.promised_section
    unfinished = below.end in ("plain", "open") and own.end == "plain" and len(own.core) < len(below.core)
    return looks or (unfinished and any(fact.opener for fact in facts[position + 2 : position + 4]))


def _stands_above_text(facts: Sequence[Fact], position: int) -> bool:
    """Whether running text begins right below the row."""
    below = facts[position + 1] if position + 1 < len(facts) else None
    return below is not None and (below.opener or below.end == "stop")
