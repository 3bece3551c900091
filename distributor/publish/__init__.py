"""Publishing: bulletins in, feed documents out; plain functions, no I/O."""

from distributor.model.feeds import Card, Channel, ChannelKind
from distributor.publish.addresses import Format
from distributor.publish.build import Change, Rebuilt, build_documents, build_for, needed, touched_channels
from distributor.publish.catalogue import Catalogue, Chain, reach
from distributor.publish.channels import card_of, cards_of, channels_of, offers_original
from distributor.publish.correction import ChangeKind, Correction, ItemChange, apply_correction, originals_by_item
from distributor.publish.difference import ItemDifference, Span, SpanKind, is_changed, item_difference
from distributor.publish.entries import Entry, entries_of
from distributor.publish.identity import assign_identity
from distributor.publish.listing import FeedAddress, FeedInfo, feed_listing, is_announced, listing_of, topics_of
from distributor.publish.notice import correction_notice
from distributor.publish.numbering import number_findings
from distributor.publish.options import FeedOptions
from distributor.publish.printing import PRINT_TYPE, Sheet, print_path, sheet_of
from distributor.publish.restricted import build_restricted, restricted_stem
from distributor.publish.search_feed import search_feed
from distributor.publish.searching import Piece, day_of, excerpt_of, indexed_items, marked, sought
from distributor.publish.writing import entity_tag, modified

__all__ = [
    "PRINT_TYPE",
    "Card",
    "Catalogue",
    "Chain",
    "Change",
    "ChangeKind",
    "Channel",
    "ChannelKind",
    "Correction",
    "Entry",
    "FeedAddress",
    "FeedInfo",
    "FeedOptions",
    "Format",
    "ItemChange",
    "ItemDifference",
    "Piece",
    "Rebuilt",
    "Sheet",
    "Span",
    "SpanKind",
    "apply_correction",
    "assign_identity",
    "build_documents",
    "build_for",
    "build_restricted",
    "card_of",
    "cards_of",
    "channels_of",
    "correction_notice",
    "day_of",
    "entity_tag",
    "entries_of",
    "excerpt_of",
    "feed_listing",
    "indexed_items",
    "is_announced",
    "is_changed",
    "item_difference",
    "listing_of",
    "marked",
    "modified",
    "needed",
    "number_findings",
    "offers_original",
    "originals_by_item",
    "print_path",
    "reach",
    "restricted_stem",
    "search_feed",
    "sheet_of",
    "sought",
    "topics_of",
    "touched_channels",
]
