"""Findings about the wording: slips that an editor would want to see; the text itself stays as it was written."""

import re
from collections.abc import Iterable, Iterator

from distributor.model.bulletin import Bulletin, Item
from distributor.model.finding import Finding, Level

_DOUBLED = re.compile(r"([\u4e00-\u9fff]{2,4})\1(?![化型性者级])|([的地得了在是和与及为对将])\2")
# pairs that are written twice on purpose
_MEANT = frozenset(
    {"考虑考虑", "研究研究", "学习学习", "讨论讨论", "一步一步", "一点一点", "一个一个", "一项一项", "一家一家"}
)


def wording_findings(bulletin: Bulletin) -> tuple[Finding, ...]:
    """Doubled words in titles and paragraphs, each with the line where its item begins."""
    return doubled_words(bulletin.items)


def doubled_words(items: Iterable[Item]) -> tuple[Finding, ...]:
    """The same for items that belong to no bulletin yet, or no more.

    Args:
        items: the items.
    """
    return tuple(finding for item in items for finding in _doubled(item))


def _doubled(item: Item) -> Iterator[Finding]:
    seen: set[str] = set()
    for text in (item.title, *item.paragraphs):
        for match in _DOUBLED.finditer(text):
            words = match.group()
            if words not in _MEANT and words not in seen:
                seen.add(words)
                yield Finding(Level.WARNING, "doubled-words", item.line, {"words": words, "title": item.title})
