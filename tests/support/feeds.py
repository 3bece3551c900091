"""Looking into feed documents."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from lxml import etree

from distributor.model.document import Document
from distributor.model.record import BulletinRecord
from tests.support.records import PUBLISHED, make_item, published, record_of

ATOM = "{http://www.w3.org/2005/Atom}"
HISTORY = "{http://purl.org/syndication/history/1.0}"


def by_path(documents: Iterable[Document]) -> Mapping[str, Document]:
    """Documents by path; no path occurs twice."""
    listed = list(documents)
    found = {document.path: document for document in listed}
    assert len(found) == len(listed)
    return found


def tree_of(document: Document) -> etree._Element:
    """The root element of an XML document."""
    return etree.fromstring(document.body)


def atom_entries(document: Document) -> dict[str, bytes]:
    """The bytes of each Atom entry by its id, in order."""
    return {entry.findtext(f"{ATOM}id", ""): etree.tostring(entry) for entry in tree_of(document).iter(f"{ATOM}entry")}


def rss_items(document: Document) -> dict[str, bytes]:
    """The bytes of each RSS item by its guid, in order."""
    return {item.findtext("guid", ""): etree.tostring(item) for item in tree_of(document).iter("item")}


def links(document: Document, rel: str) -> list[str]:
    """Addresses of the document's own links with a relation, in Atom or RSS."""
    root = tree_of(document)
    parent = root if root.tag == f"{ATOM}feed" else root[0]
    return [link.get("href", "") for link in parent.findall(f"{ATOM}link") if link.get("rel") == rel]


def series(count: int, **overrides: object) -> tuple[BulletinRecord, ...]:
    """Published bulletins of one item each, a day apart, the oldest first."""
    return tuple(
        published(
            record_of(make_item(f"第{number}期的消息"), id=f"b{number:03d}", **overrides),
            PUBLISHED + timedelta(days=number),
        )
        for number in range(1, count + 1)
    )


def withdrawn(record: BulletinRecord, days: int = 30) -> BulletinRecord:
    """The record after its withdrawal, some days after the first publications."""
    return replace(record, withdrawn=PUBLISHED + timedelta(days=days))
