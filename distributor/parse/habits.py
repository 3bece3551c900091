"""Habits of the document: what a first reading shows to be usual for headings is evidence in the second one."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from distributor.parse import weights as w
from distributor.parse.boundaries import is_centred
from distributor.parse.facts import Fact
from distributor.parse.kinds import SECTION, TITLE, Kind
from distributor.parse.layout import Layout

_USUAL = 0.8  # share of headings that makes a trait usual
_ENOUGH = 3  # headings needed to speak of a habit

Trait = Callable[[Fact, Layout], object]


def _distance(fact: Fact, layout: Layout) -> object:
    return fact.row.page_start or fact.gap >= 1 if layout.wrapped or not fact.row.page_start else True


def _look(fact: Fact, _layout: Layout) -> object:
    return fact.row.style.size, bool(fact.row.style.bold), fact.row.style.font, fact.heading


def _centring(fact: Fact, layout: Layout) -> object:
    return is_centred(fact, layout) or (fact.slack < 4 and layout.wrapped)  # noqa: PLR2004  a full line shows no centring


def _marking(fact: Fact, _layout: Layout) -> object:
    return fact.marker.kind if fact.marker else None


_TRAITS: tuple[Trait, ...] = (_distance, _look, _centring, _marking)


@dataclass(frozen=True, slots=True)
class Habit:
    """One trait that headings of one kind usually have in this document.

    Args:
        kind: section or title.
        trait: what is looked at.
        value: what it usually is.
        near: the trait is the distance from what stands above, and titles right below a section heading lack it.
    """

    kind: Kind
    trait: Trait
    value: object
    near: bool = False

    def score(self, fact: Fact, layout: Layout) -> float:
        """Evidence of the trait for or against a heading of that kind."""
        return w.HABIT_KEPT if self.trait(fact, layout) == self.value else w.HABIT_BROKEN


def learn(facts: Sequence[Fact], kinds: Sequence[Kind], layout: Layout) -> tuple[Habit, ...]:
    """Learn which traits sections and titles usually have, as far as running text does not have them as well."""
    above = (None, *kinds)
    found = list(zip(above, facts, kinds, strict=False))
    text = [fact for _, fact, kind in found if kind is Kind.PARAGRAPH]
    first = [fact for over, fact, kind in found if kind is TITLE and over is SECTION]
    near = sum(_distance(fact, layout) is True for fact in first) < _USUAL * len(first) if first else True
    habits: list[Habit] = []
    for heading in (SECTION, TITLE):
        own = [fact for over, fact, kind in found if kind is heading and over is not SECTION]
        if len(own) < _ENOUGH:
            continue
        for trait in _TRAITS:
            value = _usual(own, trait, layout)
            if value is not None and not _shared(text, trait, value, layout):
                habits.append(Habit(heading, trait, value, near and heading is TITLE and trait is _distance))
    return tuple(habits)


def _usual(own: Sequence[Fact], trait: Trait, layout: Layout) -> object:
    """The value that most of the headings have, or None when there is none or it says nothing."""
    best, count = Counter(trait(fact, layout) for fact in own).most_common(1)[0]
    return None if count < _USUAL * len(own) or best in (None, False) else best


def _shared(others: Sequence[Fact], trait: Trait, value: object, layout: Layout) -> bool:
    """Whether running text has the trait too often for it to tell headings apart."""
    same = sum(trait(fact, layout) == value for fact in others)
    return same * 3 > len(others)
