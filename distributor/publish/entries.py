"""Entries: one public item with everything the three formats say about it."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import nh3

from distributor.i18n import negotiate, translate
from distributor.model.feeds import Channel
from distributor.model.publication import Publication
from distributor.model.record import BulletinRecord, ItemRecord, Original
from distributor.publish.addresses import item_address, original_address
from distributor.publish.channels import channels_of, contributors_of, offers_original, section_of
from distributor.publish.cleaning import excerpt, legal, one_line
from distributor.text import is_cjk

_SUMMARY: Final = 140
_TAGS: Final = {"p", "br", "div", "a", "em"}
_ATTRIBUTES: Final = {"a": {"href"}}
_SCHEMES: Final = {"http", "https"}


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The original file of an entry (RFC 4287, 4.2.7.2, `enclosure`).

    Args:
        url: absolute address.
        name: name of the file.
        media_type: type of the content.
        size: length in bytes.
    """

    url: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One public item as feeds show it; all texts are legal in XML.

    Args:
        id: tag URI.
        url: permanent address of its page.
        title: plain text in one line, never empty.
        published: fixed, in the zone of the publication.
        updated: when its words last changed, in the zone of the publication.
        authors: contributors, else reporters, else the publisher.
        section: heading, or None.
        summary: plain text in one line, never empty.
        content: sanitised HTML with absolute links.
        enclosure: the original file, or None when it is not for everybody.
        channels: the channels it belongs to.
    """

    id: str
    url: str
    title: str
    published: datetime
    updated: datetime
    authors: tuple[str, ...]
    section: str | None
    summary: str
    content: str
    enclosure: Enclosure | None
    channels: frozenset[Channel]


def entries_of(
    publication: Publication,
    record: BulletinRecord,
    items: Sequence[ItemRecord],
    offered: Mapping[str, Original] | None = None,
) -> tuple[Entry, ...]:
    """Make the entries of published items of a bulletin.

    Args:
        publication: the publication.
        record: the bulletin.
        items: those that the readers of the feed may see, in order.
        offered: by item key, the file that an item was offered with when its words last changed, where that is not
            the file of the record; see `originals_by_item`.
    """
    files = offered or {}
    return tuple(
        _entry_of(publication, item, _enclosure(publication, record, files.get(item.key, record.original)))
        for item in items
    )


def _entry_of(publication: Publication, item: ItemRecord, enclosure: Enclosure | None) -> Entry:
    zone = ZoneInfo(publication.time_zone)
    published = _stamp(item.published, zone)
    updated = _stamp(item.updated or item.published, zone)
    language = negotiate(publication.language)
    title = one_line(item.content.title) or translate("feed.untitled", language)
    return Entry(
        id=item.tag_uri or "",
        url=item_address(publication, item.key),
        title=title,
        published=published,
        updated=updated,
        authors=_authors(publication, item),
        section=section_of(item),
        summary=excerpt(_running(item.content.paragraphs), _SUMMARY) or title,
        content=_content(item, enclosure, updated, language),
        enclosure=enclosure,
        channels=frozenset(channel for channel, _ in channels_of(item)),
    )


def _stamp(moment: datetime | None, zone: ZoneInfo) -> datetime:
    if moment is None:
        raise ValueError("an item without a date is not public")
    return moment.astimezone(zone).replace(microsecond=0)


def _authors(publication: Publication, item: ItemRecord) -> tuple[str, ...]:
    attribution = item.content.attribution
    persons = tuple(filter(None, map(one_line, attribution.persons))) if attribution else ()
    return contributors_of(item) or persons or (one_line(publication.publisher),)


def _enclosure(publication: Publication, record: BulletinRecord, original: Original) -> Enclosure | None:
    if not offers_original(record):
        return None
    return Enclosure(
        url=original_address(publication, record.id),
        name=one_line(original.name),
        media_type=one_line(original.media_type) or "application/octet-stream",
        size=original.size,
    )


def _running(paragraphs: Sequence[str]) -> str:
    # a blank between paragraphs only where both sides are western: Chinese is set without
    text = ""
    for paragraph in filter(None, map(one_line, paragraphs)):
        chinese = text and (is_cjk(text[-1]) or is_cjk(paragraph[0]))
        text += paragraph if chinese or not text else f" {paragraph}"
    return text


def _content(item: ItemRecord, enclosure: Enclosure | None, updated: datetime, language: str) -> str:
    attribution = item.content.attribution
    texts = [*item.content.paragraphs, *([attribution.raw] if attribution else [])]
    paragraphs = [f"<p>{_escaped(text)}</p>" for text in texts if legal(text).strip()]
    if item.revision > 1:
        corrected = translate("feed.corrected", language, date=updated.date().isoformat())
        paragraphs.insert(0, f"<p><em>{html.escape(corrected)}</em></p>")
    # several readers drop enclosures of documents, so the file is linked in the text as well; not as a paragraph,
    # because the last paragraph is the attribution
    if enclosure is not None:
        label = translate("feed.original", language, name=enclosure.name)
        paragraphs.append(f'<div><a href="{html.escape(enclosure.url)}">{html.escape(label)}</a></div>')
    return _sanitised("\n".join(paragraphs))


def _escaped(text: str) -> str:
    return html.escape(legal(text).strip(), quote=False).replace("\n", "<br>")


def _sanitised(markup: str) -> str:
    return nh3.clean(markup, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None)
