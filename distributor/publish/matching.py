"""Matching: which item of a corrected file is which item of the published bulletin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from distributor.model.record import ItemRecord
from distributor.publish.channels import contributors_of
from distributor.publish.cleaning import legal
from distributor.text import match_key

# an unchanged text under a new title, or an unchanged title over a new text, is the same item; look-alikes of
# different contributors are not. The figures were chosen on bulletins, see tests/unit/publish/test_matching.py.
_BEST: Final = 0.6
_BOTH: Final = 0.4
_NEARNESS: Final = 0.05
_ENOUGH: Final = 0.5
_ENOUGH_FOR_OTHER_CONTRIBUTOR: Final = 0.85


@dataclass(frozen=True, slots=True)
class _Traits:
    """What an item is recognised by."""

    place: int
    title: frozenset[str]
    text: frozenset[str]
    contributors: frozenset[str]


def match_items(old: Sequence[ItemRecord], new: Sequence[ItemRecord]) -> Mapping[int, int]:
    """Find for items of a corrected version the items they were before, by title, text, contributor and position.

    Each item is matched at most once; the most alike pairs are matched first, neighbours before strangers.

    Args:
        old: items of the version that readers have, in order.
        new: items of the corrected version, in order.

    Returns:
        Index in `old` by index in `new`; an item without a match is new, an old one that nothing matches is gone.
    """
    before = [_traits_of(place, item) for place, item in enumerate(old)]
    after = [_traits_of(place, item) for place, item in enumerate(new)]
    span = max(len(before), len(after), 1)
    pairs = sorted(
        ((-_likeness(mine, yours, span), yours.place, mine.place) for yours in after for mine in before),
    )
    matched: dict[int, int] = {}
    taken: set[int] = set()
    for likeness, place, former in pairs:
        if -likeness >= _ENOUGH and place not in matched and former not in taken:
            matched[place] = former
            taken.add(former)
    return matched


def _traits_of(place: int, item: ItemRecord) -> _Traits:
    title = match_key(legal(item.content.title))
    text = match_key(legal("".join(item.content.paragraphs)))
    contributors = frozenset(map(match_key, contributors_of(item)))
    return _Traits(place, _bigrams(title), _bigrams(text), contributors)


def _bigrams(text: str) -> frozenset[str]:
    # the marks at both ends give a text of one character its bigrams too
    framed = f"\x02{text}\x03" if text else ""
    return frozenset(framed[index : index + 2] for index in range(len(framed) - 1))


def _likeness(old: _Traits, new: _Traits, span: int) -> float:
    alike = [_shared(old.title, new.title)]
    if old.text or new.text:
        alike.append(_shared(old.text, new.text))
    score = _BEST * max(alike) + _BOTH * sum(alike) / len(alike)
    others = old.contributors and new.contributors and old.contributors.isdisjoint(new.contributors)
    if others and score < _ENOUGH_FOR_OTHER_CONTRIBUTOR:
        return 0.0
    return score + _NEARNESS * (1 - abs(old.place - new.place) / span)


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    total = len(one) + len(other)
    return 2 * len(one & other) / total if total else 0.0
