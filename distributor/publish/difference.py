"""Differences: what a correction changed in an item, word by word; Chinese is compared by characters."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest
from typing import Final

from distributor.model.bulletin import Item
from distributor.publish.correction import ItemChange

# a western word or number is one word, any other character stands for itself
_WORDS: Final = re.compile(r"[A-Za-z0-9\u00c0-\u024f]+|\s+|.", re.DOTALL)
# beyond this the comparison would take seconds, and nobody would read it
_LONGEST: Final = 4000


class SpanKind(StrEnum):
    """What became of a stretch of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text that stayed, went or came.

    Args:
        kind: what became of it.
        text: the text, never empty.
    """

    kind: SpanKind
    text: str


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class ItemDifference:
    """What is different in one item; a part that both versions lack is empty.

    Args:
        section: the heading.
        title: the title.
        paragraphs: in order, those that went and those that came among them.
        attribution: who supplied it.
    """

    section: Line
    title: Line
    paragraphs: tuple[Line, ...]
    attribution: Line


def item_difference(change: ItemChange) -> ItemDifference:
    """Compare an item before and after a correction; an item that came or went is all added or all removed."""
    before, after = change.before, change.after
    old = before.content if before is not None else Item("")
    # an item that was taken back keeps its words, and loses all of them for readers
    new = after.content if after is not None and after.withdrawn is None else Item("")
    return ItemDifference(
        section=difference((before and before.section) or "", (after and new.title and after.section) or ""),
        title=difference(old.title, new.title),
        paragraphs=tuple(_paragraphs(old.paragraphs, new.paragraphs)),
        attribution=difference(_raw(old), _raw(new)),
    )


def difference(old: str, new: str) -> Line:
    """Compare two texts word by word."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    head = _alike(before, after)
    tail = _alike(before[head:][::-1], after[head:][::-1])
    middle = _middle(before[head : len(before) - tail], after[head : len(after) - tail])
    end = before[len(before) - tail :]
    spans = [(SpanKind.SAME, before[:head]), *middle, (SpanKind.SAME, end)]
    return tuple(_joined((kind, "".join(words)) for kind, words in spans))


def is_changed(line: Line) -> bool:
    """Whether anything went or came in a line."""
    return any(span.kind is not SpanKind.SAME for span in line)


def _raw(item: Item) -> str:
    return item.attribution.raw if item.attribution is not None else ""


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for mine, yours in zip(one, other, strict=False):
        if mine != yours:
            break
        count += 1
    return count


def _middle(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[SpanKind, Sequence[str]]]:
    if len(old) > _LONGEST or len(new) > _LONGEST:
        yield SpanKind.REMOVED, old
        yield SpanKind.ADDED, new
        return
    for tag, begin, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield SpanKind.SAME, old[begin:end]
        else:
            yield SpanKind.REMOVED, old[begin:end]
            yield SpanKind.ADDED, new[first:last]


def _joined(spans: Iterator[tuple[SpanKind, str]]) -> Iterator[Span]:
    kind, text = SpanKind.SAME, ""
    for following, words in spans:
        if not words:
            continue
        if following is kind:
            text += words
            continue
        if text:
            yield Span(kind, text)
        kind, text = following, words
    if text:
        yield Span(kind, text)


def _paragraphs(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, begin, end, first, last in matcher.get_opcodes():
        if tag == "equal":
            yield from (difference(text, text) for text in old[begin:end])
        else:
            for before, after in zip_longest(old[begin:end], new[first:last], fillvalue=""):
                yield difference(before, after)
