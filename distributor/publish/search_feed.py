"""The results of a search as a feed: written while somebody waits, and so without feedgen (RFC 4287)."""

from collections.abc import Sequence

from lxml import etree

from distributor.i18n import negotiate, translate
from distributor.model.publication import Publication
from distributor.publish.addresses import Format, home_address, tag_uri
from distributor.publish.cleaning import legal, one_line
from distributor.publish.entries import Entry
from distributor.publish.feeds import Feed, first_moment
from distributor.publish.json_feed import json_bytes
from distributor.publish.options import FeedOptions

_ATOM = "http://www.w3.org/2005/Atom"


def search_feed(publication: Publication, question: str, query: str, entries: Sequence[Entry], form: Format) -> bytes:
    """Write what was found as Atom or JSON Feed.

    Args:
        publication: the publication.
        question: what was asked, for the title.
        query: the query of its address, without the question mark.
        entries: what was found, in order.
        form: Atom or JSON.
    """
    address = f"{publication.base_url}/search{form.ending}?{query}"
    title = translate("feed.search-title", negotiate(publication.language), name=publication.name, question=question)
    feed = Feed(
        publication=publication,
        id=tag_uri(publication, f"search?{query}"),
        title=one_line(title),
        home=f"{publication.base_url}/search?{query}",
        updated=max((entry.updated for entry in entries), default=first_moment(publication)),
        own={form: address},
        previous={},
        current={},
        entries=tuple(entries),
        options=FeedOptions(),
    )
    return json_bytes(feed) if form is Format.JSON else _atom(feed, address)


def _atom(feed: Feed, address: str) -> bytes:
    root = etree.Element("feed", nsmap={None: _ATOM})  # type: ignore[dict-item]  # the stubs know no default namespace
    root.set("{http://www.w3.org/XML/1998/namespace}lang", feed.publication.language)
    _texts(root, id=feed.id, title=legal(feed.title), updated=feed.updated.isoformat())
    _author(root, feed.publisher)
    _link(root, "self", address, Format.ATOM.media_type)
    _link(root, "alternate", feed.home, "text/html")
    _link(root, "related", home_address(feed.publication), "text/html")
    for entry in feed.entries:
        _entry(root, entry)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _entry(root: etree._Element, entry: Entry) -> None:
    element = etree.SubElement(root, "entry")
    published, updated = entry.published.isoformat(), entry.updated.isoformat()
    _texts(element, id=entry.id, title=legal(entry.title), published=published, updated=updated)
    for name in entry.authors:
        _author(element, name)
    _link(element, "alternate", entry.url, "text/html")
    for name, text in (("summary", entry.summary), ("content", entry.content)):
        etree.SubElement(element, name, type="html").text = legal(text)


def _texts(parent: etree._Element, **texts: str) -> None:
    for name, text in texts.items():
        etree.SubElement(parent, name).text = text


def _author(parent: etree._Element, name: str) -> None:
    etree.SubElement(etree.SubElement(parent, "author"), "name").text = legal(name)


def _link(parent: etree._Element, rel: str, href: str, media_type: str) -> None:
    etree.SubElement(parent, "link", rel=rel, type=media_type, href=href)
