"""Where documents stand: paths that stay the same for ever, and their addresses (docs/adr/0003-feed-addresses.md)."""

import hashlib
import re
from enum import Enum
from typing import Final
from urllib.parse import quote

from distributor.model.publication import Publication
from distributor.publish.cleaning import legal
from distributor.text import match_key

_LONGEST: Final = 32
_SUFFIX: Final = 8
_NOT_PLAIN: Final = re.compile(r"[\W_]+")


class Format(Enum):
    """The three forms of a feed: ending of its path, media type, name for people."""

    RSS = (".rss.xml", "application/rss+xml", "RSS 2.0")
    ATOM = (".atom.xml", "application/atom+xml", "Atom 1.0")
    JSON = (".json", "application/feed+json", "JSON Feed 1.1")

    def __init__(self, ending: str, media_type: str, label: str) -> None:
        self.ending = ending
        self.media_type = media_type
        self.label = label

    @property
    def content_type(self) -> str:
        """Value of the Content-Type header."""
        return f"{self.media_type}; charset=utf-8"


def slug(name: str) -> str:
    """Make the part of a path that stands for a name; it depends on the name alone and is readable in Chinese.

    A name of letters, digits and ideographs stands for itself, folded so that two spellings of one name are equal.
    Where a sign was lost or the end cut, a hyphen and a digest of the name keep it apart from every other.
    """
    key = match_key(legal(name))
    plain = _NOT_PLAIN.sub("-", key).strip("-")[:_LONGEST].strip("-")
    if plain == key and "-" not in key and key:
        return key
    return f"{plain or 'x'}-{hashlib.sha256(key.encode()).hexdigest()[:_SUFFIX]}"


def address(publication: Publication, path: str) -> str:
    """Give the absolute address of a path; other than ASCII letters is percent-encoded (RFC 3986, 2.1)."""
    return f"{publication.base_url}/{quote(path)}"


def home_address(publication: Publication) -> str:
    """Give the address of the home page."""
    return f"{publication.base_url}/"


def item_address(publication: Publication, key: str) -> str:
    """Give the permanent address of an item's page."""
    return address(publication, f"items/{key}")


def bulletin_address(publication: Publication, bulletin_id: str) -> str:
    """Give the address of a bulletin's page."""
    return address(publication, f"bulletins/{bulletin_id}")


def original_address(publication: Publication, bulletin_id: str) -> str:
    """Give the address of a bulletin's original file."""
    return address(publication, f"bulletins/{bulletin_id}/original")


def tag_uri(publication: Publication, specific: str) -> str:
    """Mint a tag URI (RFC 4151) under the authority of the publication.

    Args:
        publication: whose authority mints it.
        specific: the part after the slug of the publication, for example `items/3fk9`; percent-encoded as needed.
    """
    authority = f"{publication.tag_authority},{publication.tag_date}"
    return f"tag:{authority}:{publication.slug}/{quote(specific)}"
