"""Long bulletins: where all words would be too much for a page, long items show their beginning; pure."""

import html
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final

from distributor.model.record import BulletinRecord, ItemRecord

# no page weighs more than 100 KB without pictures; some is left for other languages and long addresses
_WHOLE_PAGE: Final = 92_000
_FRAME: Final = 9_000
_EACH_ITEM: Final = 560
_TAGS: Final = len("<p></p>\n")


def beginnings_of(record: BulletinRecord) -> Mapping[str, tuple[str, ...]]:
    """Give for each item that is too long for the page of its bulletin the paragraphs that are shown of it, by key.

    Short items stay whole: what is too much is taken from the longest alone, and from these alike. A bulletin that
    fits as a whole gives nothing.

    Args:
        record: the bulletin with the items that are shown.
    """
    weights = {item.key: sum(map(_weight, item.content.paragraphs)) for item in record.items}
    most = _most_of_each(sorted(weights.values()), _WHOLE_PAGE - _beside(record))
    return {
        item.key: _beginning(item.content.paragraphs, most)
        for item in record.items
        if most is not None and weights[item.key] > most
    }


def _most_of_each(weights: Sequence[int], room: int) -> int | None:
    """Say how much each may weigh at most, so that all together fit; None when they do anyhow."""
    for at, weight in enumerate(weights):
        left = len(weights) - at
        if weight * left > room:
            return max(room, 0) // left
        room -= weight
    return None


def _beside(record: BulletinRecord) -> int:
    """Weigh what stands on the page beside the words of the items."""
    footer = (name for group in record.distribution for name in (*group.entries, group.suffix or ""))
    return _FRAME + sum(map(_weight, (*record.preamble, *footer))) + sum(map(_around, record.items))


def _around(item: ItemRecord) -> int:
    # a title stands in the contents, above the item and in the link to the rest
    attribution = item.content.attribution
    return _EACH_ITEM + 3 * _weight(item.content.title) + _weight(attribution.raw if attribution else "")


def _beginning(paragraphs: Sequence[str], most: int) -> tuple[str, ...]:
    """Take what fits of paragraphs that together weigh more."""
    at = 0
    while (weight := _weight(paragraphs[at])) <= most:
        most -= weight
        at += 1
    return (*paragraphs[:at], *_cut(paragraphs[at], most))


def _cut(paragraph: str, most: int) -> tuple[str, ...]:
    room = most - _TAGS - len("……".encode())
    weights = accumulate(_weight(character) - _TAGS for character in paragraph)
    end = sum(weight <= room for weight in weights)
    return (f"{paragraph[:end].rstrip()}……",) if end else ()


def _weight(text: str) -> int:
    """Count the bytes of a paragraph as the page holds it."""
    return len(html.escape(text).encode("utf-8", "replace")) + _TAGS
