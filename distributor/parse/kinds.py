"""Kinds of rows and which may follow which."""

from enum import Enum
from types import MappingProxyType

from distributor.parse import weights as w


class Kind(Enum):
    """What a row is: the first row of a node, or a further row of one."""

    SECTION = "section"
    TITLE = "title"
    TITLE_MORE = "further row of a title"
    PARAGRAPH = "paragraph"
    PARAGRAPH_MORE = "further row of a paragraph"
    ATTRIBUTION = "attribution"
    ATTRIBUTION_MORE = "further row of an attribution"
    NOTE = "paragraph of the preamble"
    NOTE_MORE = "further row of the preamble"


SECTION = Kind.SECTION
TITLE = Kind.TITLE
TITLE_MORE = Kind.TITLE_MORE
PARAGRAPH = Kind.PARAGRAPH
PARAGRAPH_MORE = Kind.PARAGRAPH_MORE
ATTRIBUTION = Kind.ATTRIBUTION
ATTRIBUTION_MORE = Kind.ATTRIBUTION_MORE
NOTE = Kind.NOTE
NOTE_MORE = Kind.NOTE_MORE

# a further row and the kind of the node it belongs to
NODE = MappingProxyType(
    {kind: kind for kind in Kind}
    | {
        TITLE_MORE: TITLE,
        PARAGRAPH_MORE: PARAGRAPH,
        ATTRIBUTION_MORE: ATTRIBUTION,
        NOTE_MORE: NOTE,
    }
)
MORE = MappingProxyType({TITLE: TITLE_MORE, PARAGRAPH: PARAGRAPH_MORE, ATTRIBUTION: ATTRIBUTION_MORE, NOTE: NOTE_MORE})

# which node may follow which, and how usual that is
FOLLOWS: MappingProxyType[tuple[Kind, Kind], float] = MappingProxyType(
    {
        (SECTION, TITLE): 0.0,
        (SECTION, SECTION): w.SECTION_SECTION,
        (TITLE, PARAGRAPH): 0.0,
        (TITLE, TITLE): w.TITLE_TITLE,
        (TITLE, SECTION): w.TITLE_SECTION,
        (TITLE, ATTRIBUTION): w.TITLE_ATTRIBUTION,
        (PARAGRAPH, PARAGRAPH): 0.0,
        (PARAGRAPH, TITLE): w.TEXT_TITLE,
        (PARAGRAPH, SECTION): w.TEXT_SECTION,
        (PARAGRAPH, ATTRIBUTION): w.TEXT_ATTRIBUTION,
        (ATTRIBUTION, TITLE): w.ATTRIBUTION_TITLE,
        (ATTRIBUTION, SECTION): w.ATTRIBUTION_SECTION,
        (ATTRIBUTION, PARAGRAPH): w.ATTRIBUTION_TEXT,
        (ATTRIBUTION, ATTRIBUTION): w.ATTRIBUTION_ATTRIBUTION,
        (NOTE, NOTE): w.NOTE_NOTE,
        (NOTE, SECTION): 0.0,
        (NOTE, TITLE): 0.0,
    }
)
OPENS: MappingProxyType[Kind, float] = MappingProxyType({SECTION: 0.0, TITLE: 0.0, NOTE: w.OPENING_NOTE})
