"""JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

import json

from distributor.publish.addresses import Format
from distributor.publish.cleaning import legal
from distributor.publish.entries import Enclosure, Entry
from distributor.publish.feeds import Feed

_VERSION = "https://jsonfeed.org/version/1.1"


def json_bytes(feed: Feed) -> bytes:
    """Write a feed as JSON Feed 1.1 in UTF-8."""
    document: dict[str, object] = {
        "version": _VERSION,
        "title": legal(feed.title),
        "home_page_url": feed.home,
        "feed_url": feed.own[Format.JSON],
        "description": legal(feed.subtitle),
        "authors": [{"name": legal(feed.publisher)}],
        "language": feed.publication.language,
    }
    if feed.options.image:
        document["icon"] = feed.options.image
    if feed.hub:
        document["hubs"] = [{"type": "WebSub", "url": feed.hub}]
    document["items"] = [_item(entry) for entry in feed.entries]
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _item(entry: Entry) -> dict[str, object]:
    item: dict[str, object] = {
        "id": entry.id,
        "url": entry.url,
        "title": legal(entry.title),
        "content_html": legal(entry.content),
        "summary": legal(entry.summary),
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [{"name": legal(name)} for name in entry.authors],
    }
    if entry.section is not None:
        item["tags"] = [legal(entry.section)]
    if entry.enclosure is not None:
        item["attachments"] = [_attachment(entry.enclosure)]
    return item


def _attachment(enclosure: Enclosure) -> dict[str, object]:
    return {
        "url": enclosure.url,
        "mime_type": enclosure.media_type,
        "title": legal(enclosure.name),
        "size_in_bytes": enclosure.size,
    }
