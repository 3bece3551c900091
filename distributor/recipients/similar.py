"""Names that look alike: shared bigrams choose the candidates, edit distance ranks them."""

import math
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

MOST: Final = 5
_CANDIDATES: Final = 40
_LEAST: Final = 0.3
_LONGEST: Final = 60
_EDGE: Final = "\x00"


class SimilarNames:
    """An index of names that finds those most like a given one; names are keyed once and searched often.

    Args:
        names: pairs of key and owner; the owner is the body or group that the name belongs to.
    """

    def __init__(self, names: Sequence[tuple[str, str]]) -> None:
        self._names = names
        self._grams = [_grams(key) for key, _ in names]
        self._holders: dict[str, list[int]] = defaultdict(list)
        for number, grams in enumerate(self._grams):
            for gram in grams:
                self._holders[gram].append(number)

    def like(self, key: str, most: int = MOST) -> tuple[int, ...]:
        """Find the names most like a key, best first, at most one of each owner.

        Args:
            key: strict key of the text nobody is known by.
            most: how many names to give.

        Returns:
            Positions in the sequence of names.
        """
        ranked = sorted((-self._likeness(key, number, shared), number) for number, shared in self._candidates(key))
        found: dict[str, int] = {}
        for likeness, number in ranked:
            if -likeness >= _LEAST:
                found.setdefault(self._names[number][1], number)
        return tuple(found.values())[:most]

    def _candidates(self, key: str) -> list[tuple[int, float]]:
        """Choose the names that share the rarest bigrams, with the share of weight (Dice) they have in common."""
        wanted = _grams(key)
        common: dict[int, float] = defaultdict(float)
        for gram in wanted:
            weight = self._weight(gram)
            for number in self._holders.get(gram, ()):
                common[number] += weight
        whole = sum(map(self._weight, wanted))
        dice = (
            (number, 2 * shared / (whole + sum(map(self._weight, self._grams[number]))))
            for number, shared in sorted(common.items(), key=lambda pair: -pair[1])[: 10 * _CANDIDATES]
        )
        return sorted(dice, key=lambda pair: (-pair[1], pair[0]))[:_CANDIDATES]

    def _likeness(self, key: str, number: int, shared: float) -> float:
        other = self._names[number][0]
        longest = max(len(key), len(other), 1)
        near = 1 - edit_distance(key[:_LONGEST], other[:_LONGEST]) / min(longest, _LONGEST)
        return (shared + near) / 2

    def _weight(self, gram: str) -> float:
        """Weigh a bigram by its rarity: 联盟 says little where hundreds of names have it."""
        return math.log(1 + (1 + len(self._names)) / (1 + len(self._holders.get(gram, ()))))


def edit_distance(one: str, other: str) -> int:
    """Count the insertions, deletions and replacements that make one text the other (Levenshtein)."""
    row = list(range(len(other) + 1))
    for first, character in enumerate(one, start=1):
        corner, row[0] = row[0], first
        for second, against in enumerate(other, start=1):
            changed = corner + (character != against)
            corner = row[second]
            row[second] = min(changed, corner + 1, row[second - 1] + 1)
    return row[-1]


def _grams(key: str) -> frozenset[str]:
    # the edges count as characters, so that two-character names have grams and beginnings weigh more
    padded = f"{_EDGE}{key}{_EDGE}"
    return frozenset(first + second for first, second in pairwise(padded))
