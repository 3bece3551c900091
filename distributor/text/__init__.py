"""Small pure helpers for text: unseen characters, radicals, match keys, width, lines."""

from distributor.text.han import has_han, is_cjk, is_han, is_western
from distributor.text.keys import match_key
from distributor.text.radicals import fold_radicals
from distributor.text.segments import Segment, segments, terms
from distributor.text.toml import toml_table
from distributor.text.unseen import Unseen, UnseenKind, remove_unseen, unseen_in
from distributor.text.width import display_width

__all__ = [
    "Segment",
    "Unseen",
    "UnseenKind",
    "display_width",
    "fold_radicals",
    "has_han",
    "is_cjk",
    "is_han",
    "is_western",
    "match_key",
    "remove_unseen",
    "segments",
    "terms",
    "toml_table",
    "unseen_in",
]
