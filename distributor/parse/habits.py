"""Habits of the document: what a first reading shows to be usual for headings is evidence in the second one."""

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
    """One trait that headings of one kind usually have in this document."""

    kind: Kind
    trait: Trait
    value: object

    @property
    def near(self) -> bool:
        """Whether the trait is the distance from what stands above, which differs right below a section heading."""
        return self.kind is TITLE and self.trait is _distance

    def score(self, fact: Fact, layout: Layout) -> float:
        """Evidence of the trait for or against a heading of that kind."""
        return w.HABIT_KEPT if self.trait(fact, layout) == self.value else w.HABIT_BROKEN


def learn(facts: Sequence[Fact], kinds: Sequence[Kind], layout: Layout) -> tuple[Habit, ...]:
    """Learn which traits sections and titles usually have, as far as running text does not have them as well."""
    habits: list[Habit] = []
    for kind in (SECTION, TITLE):
        own = [
            fact
            for above, fact, found in zip((None, *kinds), facts, kinds, strict=False)
            if found is kind and above is not SECTION
        ]
        others = [fact for fact, found in zip(facts, kinds, strict=True) if found is Kind.PARAGRAPH]
        if len(own) >= _ENOUGH:
            habits += [
                Habit(kind, trait, value)
                for trait in _TRAITS
                if (value := _usual(own, trait, layout)) is not None and not _shared(others, trait, value, layout)
            ]
    return tuple(habits)


def _usual(own: Sequence[Fact], trait: Trait, layout: Layout) -> object:
    """The value that most of the headings have, or None when there is none or it says nothing."""
    values = [trait(fact, layout) for fact in own]
    best = max(values, key=values.count)
    if values.count(best) < _USUAL * len(values) or best in (None, False):
        return None
    return best


def _shared(others: Sequence[Fact], trait: Trait, value: object, layout: Layout) -> bool:
    """Whether running text has the trait too often for it to tell headings apart."""
    same = sum(trait(fact, layout) == value for fact in others)
    return same * 3 > len(others)
