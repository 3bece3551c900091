"""Searching: what of a bulletin is indexed, how a question is read, what is marked in what was found; pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

from distributor.model.feeds import Channel, ChannelKind
from distributor.model.publication import Publication
from distributor.model.record import BulletinRecord, ItemRecord
from distributor.model.search import IndexedItem, Sought
from distributor.publish.channels import channels_of, public_items
from distributor.publish.cleaning import legal
from distributor.text import Segment, segments, terms

_QUOTED: Final = re.compile(r'["“”]([^"“”]*)["“”]?|「([^」]*)」?|([^\s"“”「]+)')
_LONGEST_QUESTION: Final = 200
_MOST_PHRASES: Final = 10
_BEFORE: Final = 30
_AFTER: Final = 90


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text that was found.

    Args:
        text: as written.
        is_hit: whether it is what was looked for.
    """

    text: str
    is_hit: bool


def indexed_items(record: BulletinRecord) -> tuple[IndexedItem, ...]:
    """Give what can be found in a bulletin: its public items, by title, text, attribution and heading."""
    return tuple(_indexed(record, item) for item in public_items(record))


def day_of(record: BulletinRecord, publication: Publication) -> date:
    """Give the day by which a bulletin is sorted and filtered: that of its masthead, else of its publication."""
    try:
        return date.fromisoformat(f"{record.masthead.date}-01"[:10])
    except ValueError:
        moment = record.published or record.received
        return moment.astimezone(ZoneInfo(publication.time_zone)).date()


def facet(channel: Channel) -> str:
    """Give the term of a section or contributor; no word of a text is like it."""
    return f"z{channel.kind.value[0]}{sha256(channel.slug.encode()).hexdigest()[:20]}"


def publication_facet(slug: str) -> str:
    """Give the term of a publication."""
    return f"zp{sha256(slug.encode()).hexdigest()[:20]}"


def read_question(text: str) -> tuple[tuple[str, ...], ...]:
    """Read what somebody typed: words parted by blanks must all occur; quotes keep words together.

    Chinese is written without blanks, so that a run of characters is a phrase by itself.
    """
    pieces = (match[1] or match[2] or match[3] or "" for match in _QUOTED.finditer(text[:_LONGEST_QUESTION]))
    phrases = dict.fromkeys(phrase for piece in pieces if (phrase := terms(legal(piece))))
    return tuple(phrases)[:_MOST_PHRASES]


def sought(
    question: str, channels: Sequence[Channel] = (), year: int | None = None, publication: str | None = None
) -> Sought:
    """Say what is looked for.

    Args:
        question: what somebody typed.
        channels: sections and contributors to which an item must belong.
        year: year of the bulletin, or None.
        publication: slug of the publication, or None.
    """
    facets = [facet(channel) for channel in channels]
    if publication is not None:
        facets.append(publication_facet(publication))
    first = None if year is None else date(year, 1, 1)
    last = None if year is None else date(year, 12, 31)
    return Sought(read_question(question), tuple(facets), first, last)


def marked(text: str, phrases: Sequence[Sequence[str]]) -> tuple[Piece, ...]:
    """Part a text into what was looked for and the rest.

    Args:
        text: as written.
        phrases: what was looked for.
    """
    pieces: list[Piece] = []
    end = 0
    for begin, stop in _merged(_hits(segments(text), phrases)):
        if begin > end:
            pieces.append(Piece(text[end:begin], is_hit=False))
        pieces.append(Piece(text[begin:stop], is_hit=True))
        end = stop
    if end < len(text):
        pieces.append(Piece(text[end:], is_hit=False))
    return tuple(pieces)


def excerpt_of(paragraphs: Sequence[str], phrases: Sequence[Sequence[str]]) -> tuple[Piece, ...]:
    """Give the place in a text where it says what was looked for, else its beginning.

    Args:
        paragraphs: the text.
        phrases: what was looked for.
    """
    for paragraph in paragraphs:
        first = next(_merged(_hits(segments(paragraph), phrases)), None)
        if first is not None:
            return marked(_window(paragraph, first[0]), phrases)
    return marked(_window(paragraphs[0], 0), phrases) if paragraphs else ()


def _indexed(record: BulletinRecord, item: ItemRecord) -> IndexedItem:
    content = item.content
    attribution = [content.attribution.raw] if content.attribution is not None else []
    texts = [content.title, *content.paragraphs, *attribution, item.section or ""]
    channels = [channel for channel, _ in channels_of(item) if channel.kind is not ChannelKind.EVERYTHING]
    return IndexedItem(
        key=item.key,
        position=item.position,
        fields=tuple(found for text in texts if (found := terms(legal(text)))),
        facets=(publication_facet(record.publication), *map(facet, channels)),
    )


def _hits(found: Sequence[Segment], phrases: Sequence[Sequence[str]]) -> Iterator[tuple[int, int]]:
    """Give begin and end of every place where a phrase stands, in the order of the text."""
    words = [segment.term for segment in found]
    for at in range(len(words)):
        for phrase in phrases:
            if words[at : at + len(phrase)] == list(phrase):
                yield found[at].begin, found[at + len(phrase) - 1].end


def _merged(hits: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    held: tuple[int, int] | None = None
    for begin, end in hits:
        if held is not None and begin <= held[1]:
            held = held[0], max(held[1], end)
            continue
        if held is not None:
            yield held
        held = begin, end
    if held is not None:
        yield held


def _window(text: str, at: int) -> str:
    begin = max(at - _BEFORE, 0)
    end = at + _AFTER
    return f"{'…' if begin else ''}{text[begin:end]}{'…' if end < len(text) else ''}"
