"""The only place that speaks to feedgen 1.0.0: feeds in, Atom 1.0 and RSS 2.0 out, its defects repaired.

The repairs go through its public API: subclasses of its entry and extensions of its feed. What it gets wrong:
attributes of Atom entry links are lost (its issue 135); channel link, image and archive links of RSS follow the
last `link()`; dates default to now; RSS dates call `locale.setlocale` for the whole process; names without an
e-mail address vanish from RSS; signs in RSS titles are not written as the RSS Advisory Board advises.
"""

import html
import re
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from distributor.publish.addresses import Format
from distributor.publish.cleaning import legal
from distributor.publish.entries import Entry
from distributor.publish.feeds import Feed

_ATOM: Final = "http://www.w3.org/2005/Atom"
_HISTORY: Final = "http://purl.org/syndication/history/1.0"
_DUBLIN_CORE: Final = "http://purl.org/dc/elements/1.1/"
_CONTENT: Final = "http://purl.org/rss/1.0/modules/content/"
_HTML_TEXTS: Final = {"description", f"{{{_CONTENT}}}encoded"}
_LINK_ATTRIBUTES: Final = ("rel", "type", "title", "length")
_AWKWARD: Final = re.compile("([&<>])")
_REFERENCES: Final = {"&": "#x26", "<": "#x3C", ">": "#x3E"}
_PAGE: Final = "text/html"


def atom_bytes(feed: Feed) -> bytes:
    """Write a feed as Atom 1.0 (RFC 4287) with the links of archived feeds (RFC 5005)."""
    generator = _generator(feed)
    generator.id(feed.id)
    generator.updated(feed.updated)
    generator.author({"name": legal(feed.publisher), **({"email": feed.contact} if feed.contact else {})})
    if feed.options.image:
        generator.logo(feed.options.image)
    generator.link([{"rel": "alternate", "type": _PAGE, "href": feed.home}, *_document_links(feed, Format.ATOM)])
    generator.register_extension("history", _AtomHistory, rss=False)
    generator.history.feed = feed
    for entry in feed.entries:
        generator.add_entry(_AtomEntry(entry), order="append")
    return bytes(generator.atom_str())


def rss_bytes(feed: Feed) -> bytes:
    """Write a feed as RSS 2.0 after the profile of the RSS Advisory Board, with the links of RFC 5005, appendix B."""
    generator = _generator(feed)
    generator.link(href=feed.home)
    # a date that counts as absent: feedgen would write it with the locale of the process
    generator.lastBuildDate(_Absent.fromtimestamp(0, tz=feed.updated.tzinfo))
    if feed.contact:
        generator.managingEditor(f"{feed.contact} ({legal(feed.publisher)})")
    if feed.options.image:
        generator.image(url=feed.options.image, title=legal(feed.title), link=feed.home)
    generator.register_extension("channel", _RssChannel, atom=False)
    generator.channel.feed = feed
    for entry in feed.entries:
        generator.add_entry(_RssEntry(entry), order="append")
    return bytes(generator.rss_str())


def _generator(feed: Feed) -> Any:  # noqa: ANN401  feedgen has no types
    generator = FeedGenerator()
    generator.title(legal(feed.title))
    generator.subtitle(legal(feed.subtitle))
    generator.rights(legal(feed.rights))
    generator.language(feed.publication.language)
    # without a version: an update of the program changes no document
    generator.generator("Distributor")
    return generator


def _document_links(feed: Feed, form: Format) -> list[dict[str, str]]:
    links = [{"rel": "self", "type": form.media_type, "href": feed.own[form]}]
    if feed.hub:
        links.append({"rel": "hub", "href": feed.hub})
    if feed.is_archive:
        links.append({"rel": "current", "type": form.media_type, "href": feed.current[form]})
    if (before := feed.link_before(form)) is not None:
        links.append({"rel": "prev-archive", "type": before[0].media_type, "href": before[1]})
    return links


class _Absent(datetime):
    """A date that feedgen takes and does not write."""

    def __bool__(self) -> bool:
        return False


class _AtomHistory(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """Marks archive documents (RFC 5005, 4)."""

    feed: Feed

    def extend_ns(self) -> dict[str, str]:
        return {"fh": _HISTORY} if self.feed.is_archive else {}

    def extend_atom(self, root: etree._Element) -> etree._Element:
        if self.feed.is_archive:
            etree.SubElement(root, f"{{{_HISTORY}}}archive")
        return root


class _RssChannel(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """Sets what feedgen gets wrong in an RSS channel."""

    feed: Feed

    def extend_ns(self) -> dict[str, str]:
        return {"dc": _DUBLIN_CORE, **({"fh": _HISTORY} if self.feed.is_archive else {})}

    def extend_rss(self, root: etree._Element) -> etree._Element:
        channel = root[0]
        for link in _document_links(self.feed, Format.RSS):
            etree.SubElement(channel, f"{{{_ATOM}}}link", attrib=link)
        etree.SubElement(channel, "lastBuildDate").text = format_datetime(self.feed.updated)
        if self.feed.is_archive:
            etree.SubElement(channel, f"{{{_HISTORY}}}archive")
        for element in list(channel.iter("*")):
            _write_plain(element)
        return root


class _Entry(FeedEntry):  # type: ignore[misc]  # feedgen has no types
    """What both formats say of an entry; dates differ, because feedgen writes those of RSS with the locale."""

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self._entry = entry
        self.id(entry.id)
        self.title(legal(entry.title))
        self.updated(entry.updated)
        self.link(href=entry.url, rel="alternate", type=_PAGE)
        if entry.enclosure is not None:
            self.enclosure(entry.enclosure.url, entry.enclosure.size, entry.enclosure.media_type)
        if entry.section is not None:
            self.category(term=legal(entry.section))
        self.content(legal(entry.content), type="html")
        self.summary(html.escape(legal(entry.summary), quote=False), type="html")


class _AtomEntry(_Entry):
    """An entry whose links keep their attributes."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry)
        self.published(entry.published)
        self.author([{"name": legal(name)} for name in entry.authors])

    def atom_entry(self, extensions: bool = True) -> etree._Element:
        element: etree._Element = super().atom_entry(extensions)
        for link, attributes in zip(element.findall("link"), self.link(), strict=True):
            for name in _LINK_ATTRIBUTES:
                if attributes.get(name):
                    link.set(name, attributes[name])
        return element


class _RssEntry(_Entry):
    """An item with its creators and a date that no locale changes."""

    def rss_entry(self, extensions: bool = True) -> etree._Element:
        element: etree._Element = super().rss_entry(extensions)
        for name in self._entry.authors:
            etree.SubElement(element, f"{{{_DUBLIN_CORE}}}creator").text = legal(name)
        etree.SubElement(element, "pubDate").text = format_datetime(self._entry.published)
        for child in element:
            if child.tag not in _HTML_TEXTS:
                _write_plain(child)
        return element


def _write_plain(element: etree._Element) -> None:
    """Write the signs of plain text as hexadecimal references, which most readers of RSS take as they are meant."""
    first, *rest = _AWKWARD.split(element.text or "")
    if not rest:
        return
    element.text = first
    for sign, tail in zip(rest[::2], rest[1::2], strict=True):
        reference = etree.Entity(_REFERENCES[sign])
        reference.tail = tail
        element.append(reference)
