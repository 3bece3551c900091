"""Which role each kind of marker has in this document: section, item or list line."""

from collections.abc import Sequence
from dataclasses import dataclass

from distributor.parse import weights as w
from distributor.parse.chars import width
from distributor.parse.facts import Fact

_HEADING_LENGTH = 120  # columns that a title can take
_FULL = 7.0  # columns that a full line may lack
_TITLE_WIDTH = 90  # columns of a title that no paragraph would be
_SECTION_LENGTH = 15  # characters of most names of sections
_INNER_LENGTH = 12  # characters of most headings inside an article
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
    roles = {kind: _role(facts, kind, places[kind], heading) for kind in places}
    inner = _inner_kinds(facts, {kind: found for kind, found in places.items() if kind not in _SECTION_KINDS})
    return {
        kind: Role("list", w.INNER_MARKER_ROLE, role.count) if kind in inner else role for kind, role in roles.items()
    }


def _inner_kinds(facts: Sequence[Fact], places: dict[str, list[int]]) -> set[str]:
    """Kinds of markers that divide articles: their numbers begin inside running text, not where an item begins."""
    if not _opens_article(facts[0]):
        return set()
    inner: set[str] = set()
    for kind, found in places.items():
        counted = any(_number(facts[position]) == 2 for position in found)  # noqa: PLR2004  the numbers go on
        if not counted or sum(_text_below(facts, position) for position in found) * 2 < len(found):
            continue
        first = [position for position in found if _number(facts[position]) == 1]
        inside = [position for position in first if position and _inside(facts, position, found, inner)]
        if first and len(inside) * 2 > len(first):
            inner.add(kind)
    return inner


def _text_below(facts: Sequence[Fact], position: int) -> bool:
    """Whether the row below is one of running text by its end, its words or its length."""
    if position + 1 == len(facts):
        return True
    below = facts[position + 1]
    full = below.slack < _FULL and any(fact.slack for fact in facts)
    return below.opener or below.end in ("stop", "semi") or full or width(below.core) > _TITLE_WIDTH


def _number(fact: Fact) -> int | None:
    return fact.marker.number if fact.marker else None


def _opens_article(fact: Fact) -> bool:
    """Whether the body begins with a title of its own, and not with a note or a heading of the kind in question."""
    shown = fact.larger or fact.bolder or fact.heading > 0 or fact.row.centred or fact.slack > 0
    short = width(fact.core) <= _TITLE_WIDTH
    return (shown or short) and not (fact.note or fact.opener) and fact.end in ("plain", "close", "mark")


def _inside(facts: Sequence[Fact], position: int, places: Sequence[int], inner: set[str]) -> bool:
    """Whether the row above is running text, a heading inside an article, or the title of the only article."""
    above = facts[position - 1]
    if above.marker and above.marker.kind in inner:
        return True
    if position == 1:
        lengths = [len(facts[place].core) for place in places]
        is_title = not above.section_word and len(above.core) > _SECTION_LENGTH
        return is_title and sum(lengths) <= _INNER_LENGTH * len(lengths)
    return above.end in ("stop", "colon", "semi") and not above.attribution


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
