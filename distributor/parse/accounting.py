"""Proof that nothing is lost: every character of the source is in one node or in the noise list."""

from collections import Counter
from collections.abc import Iterator

from distributor.model.bulletin import Bulletin, ParsedBulletin
from distributor.model.lines import Source
from distributor.parse.chars import squash

_GIVEN = {"title": "title-given", "issue": "number-given", "publisher": "publisher-given"}


def unaccounted(source: Source, parsed: ParsedBulletin) -> dict[str, int]:
    """Characters that a parse lost (positive counts) or doubled (negative counts); empty for a lossless parse.

    Args:
        source: what was parsed.
        parsed: what became of it. The date of the masthead is normalised, so its printed form is in the noise list.
    """
    balance: Counter[str] = Counter()
    for line in source.lines:
        balance.update(squash((line.marker or "") + line.text))
    for text in _kept(parsed):
        balance.subtract(squash(text))
    return {char: count for char, count in balance.items() if count}


def _kept(parsed: ParsedBulletin) -> Iterator[str]:
    codes = {finding.code for finding in parsed.findings}
    for field, code in _GIVEN.items():
        if code not in codes:
            yield getattr(parsed.bulletin.masthead, field) or ""
    yield from (noise.text for noise in parsed.noise)
    yield from _content(parsed.bulletin)


def _content(bulletin: Bulletin) -> Iterator[str]:
    yield from bulletin.preamble
    for section in bulletin.sections:
        yield section.title or ""
        for item in section.items:
            yield item.title
            yield from item.paragraphs
            yield item.attribution.raw if item.attribution else ""
    for group in bulletin.distribution:
        yield group.kind
        yield from group.entries
        yield group.suffix or ""
