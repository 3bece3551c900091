"""OPML 2.0 of all public subscription feeds (opml.org/spec2.opml)."""

from collections.abc import Sequence

from lxml import etree

from distributor.i18n import negotiate, translate
from distributor.model.feeds import ChannelKind
from distributor.model.publication import Publication
from distributor.publish.addresses import Format, home_address
from distributor.publish.cleaning import one_line
from distributor.publish.listing import FeedInfo

OPML_PATH = "feeds/feeds.opml"
OPML_TYPE = "text/x-opml; charset=utf-8"
_FOLDERS = {ChannelKind.SECTION: "feed.sections", ChannelKind.CONTRIBUTOR: "feed.contributors"}


def opml_bytes(publication: Publication, feeds: Sequence[FeedInfo]) -> bytes:
    """Write the list of feeds as OPML 2.0: everything first, then one folder for each kind that has feeds.

    Args:
        publication: the publication.
        feeds: in any order; each is named once, in Atom, because readers would subscribe to every format.
    """
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = one_line(publication.name)
    etree.SubElement(head, "ownerName").text = one_line(publication.publisher)
    etree.SubElement(head, "docs").text = "https://opml.org/spec2.opml"
    body = etree.SubElement(root, "body")
    ordered = sorted(feeds, key=lambda feed: feed.slug)
    for feed in ordered:
        if feed.kind is ChannelKind.EVERYTHING:
            _add_feed(body, publication, feed)
    for kind, message in _FOLDERS.items():
        members = [feed for feed in ordered if feed.kind is kind]
        if members:
            # a folder carries its text alone: readers take an outline with a type for a feed
            folder = etree.SubElement(body, "outline", text=translate(message, negotiate(publication.language)))
            for feed in members:
                _add_feed(folder, publication, feed)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _add_feed(parent: etree._Element, publication: Publication, feed: FeedInfo) -> None:
    url = next(entry.url for entry in feed.formats if entry.format is Format.ATOM)
    attributes = {"text": feed.title, "title": feed.title, "type": "rss", "xmlUrl": url}
    etree.SubElement(parent, "outline", attrib={**attributes, "htmlUrl": home_address(publication)})
