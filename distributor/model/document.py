"""A rendered document of the public site as it is stored and served: feeds, archive documents, OPML."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was rendered once and is served as stored.

    Args:
        path: where it stands under the base address, decoded and without a slash at its start
            (`feeds/sections/重要政策动态.atom.xml`); its address is the percent-encoded path (RFC 3987).
        media_type: full value of Content-Type, charset included.
        body: the bytes.
        etag: strong entity tag of the bytes, with its quotes (RFC 9110, 8.8.3).
        last_modified: when what it says last changed, whole seconds, with its zone.
    """

    path: str
    media_type: str
    body: bytes
    etag: str
    last_modified: datetime
