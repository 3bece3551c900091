"""Writing: a feed becomes documents, one for each of its formats."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from distributor.model.document import Document
from distributor.model.publication import Publication
from distributor.publish.addresses import Format
from distributor.publish.feedgen_adapter import atom_bytes, rss_bytes
from distributor.publish.feeds import Feed, first_moment
from distributor.publish.json_feed import json_bytes

_WRITERS: Final[Mapping[Format, Callable[[Feed], bytes]]] = {
    Format.RSS: rss_bytes,
    Format.ATOM: atom_bytes,
    Format.JSON: json_bytes,
}
_ETAG_LENGTH: Final = 32


def written(feed: Feed, stem: str, changed: datetime | None) -> list[Document]:
    """Write a feed in every format that it has an address for.

    Args:
        feed: the feed.
        stem: path without the ending of the format.
        changed: when what it says last changed; None for a feed that never held anything.
    """
    moment = modified(feed.publication, changed)
    return [document_of(stem + form.ending, form.content_type, _WRITERS[form](feed), moment) for form in feed.own]


def modified(publication: Publication, changed: datetime | None) -> datetime:
    """Give the Last-Modified of a document: whole seconds in the zone of the publication."""
    moment = changed or first_moment(publication)
    return moment.astimezone(ZoneInfo(publication.time_zone)).replace(microsecond=0)


def document_of(path: str, media_type: str, body: bytes, moment: datetime) -> Document:
    """Make the document of some bytes.

    Args:
        path: where it stands under the base address.
        media_type: value of Content-Type.
        body: the bytes.
        moment: when what it says last changed, whole seconds.
    """
    return Document(path, media_type, body, entity_tag(body), moment)


def entity_tag(body: bytes) -> str:
    """Make the strong entity tag of some bytes (RFC 9110, 8.8.3)."""
    return f'"{hashlib.sha256(body).hexdigest()[:_ETAG_LENGTH]}"'
