"""A strict checker of JSON Feed 1.1, written from its specification (jsonfeed.org/version/1.1)."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

_TEXT: Final = "text"
_URL: Final = "address"
_DATE: Final = "date"

_AUTHOR: Final = {"name": _TEXT, "url": _URL, "avatar": _URL}
_HUB: Final = {"type": _TEXT, "url": _URL}
_ATTACHMENT: Final = {"url": _URL, "mime_type": _TEXT, "title": _TEXT, "size_in_bytes": int, "duration_in_seconds": int}
_ITEM: Final = {
    "id": _TEXT,
    "url": _URL,
    "external_url": _URL,
    "title": _TEXT,
    "content_html": _TEXT,
    "content_text": _TEXT,
    "summary": _TEXT,
    "image": _URL,
    "banner_image": _URL,
    "date_published": _DATE,
    "date_modified": _DATE,
    "authors": [_AUTHOR],
    "tags": [_TEXT],
    "language": _TEXT,
    "attachments": [_ATTACHMENT],
}
_FEED: Final = {
    "version": _TEXT,
    "title": _TEXT,
    "home_page_url": _URL,
    "feed_url": _URL,
    "description": _TEXT,
    "user_comment": _TEXT,
    "next_url": _URL,
    "icon": _URL,
    "favicon": _URL,
    "authors": [_AUTHOR],
    "language": _TEXT,
    "expired": bool,
    "hubs": [_HUB],
    "items": [_ITEM],
}


def problems(body: bytes) -> list[str]:
    """Everything in a document that the specification forbids or advises against; empty for a good feed."""
    feed = json.loads(body.decode("utf-8"))
    found = list(_wrong("feed", feed, _FEED))
    if not all(isinstance(item, dict) for item in feed.get("items", [])):
        return found
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        found.append("version is not that of JSON Feed 1.1")
    found += [f"feed without {name}" for name in ("version", "title", "items") if name not in feed]
    ids = [item.get("id") for item in feed.get("items", [])]
    if len(set(ids)) != len(ids):
        found.append("two items have one id")
    for index, item in enumerate(feed.get("items", [])):
        found += [f"item {index}: {problem}" for problem in _wrong_item(item)]
    return found


def _wrong_item(item: Mapping[str, Any]) -> Iterator[str]:
    if not item.get("id"):
        yield "no id"
    if not {"content_html", "content_text"} & set(item):
        yield "no content"
    for attachment in item.get("attachments", []):
        if not {"url", "mime_type"} <= set(attachment):
            yield "attachment without address or type"
    for author in item.get("authors", []):
        if not author:
            yield "author without any property"


def _wrong(where: str, value: object, wanted: object) -> Iterator[str]:
    if isinstance(wanted, dict):
        yield from _wrong_object(where, value, wanted)
    elif isinstance(wanted, list):
        if not isinstance(value, list):
            yield f"{where} is no list"
        else:
            for index, member in enumerate(value):
                yield from _wrong(f"{where}[{index}]", member, wanted[0])
    elif isinstance(wanted, type):
        if type(value) is not wanted:
            yield f"{where} is no {wanted.__name__}"
    else:
        yield from _wrong_text(where, value, str(wanted))


def _wrong_object(where: str, value: object, wanted: Mapping[str, object]) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where} is no object"
        return
    for name, member in value.items():
        if name in wanted:
            yield from _wrong(f"{where}.{name}", member, wanted[name])
        elif not name.startswith("_"):
            yield f"{where}.{name} is unknown"


def _wrong_text(where: str, value: object, kind: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{where} is no string"
    elif not value:
        yield f"{where} is empty"
    elif kind == _URL and not (urlsplit(value).scheme in {"http", "https"} and urlsplit(value).netloc):
        yield f"{where} is no absolute address"
    elif kind == _DATE and datetime.fromisoformat(value).tzinfo is None:
        yield f"{where} has no zone"
