"""Publishing: bulletins in, feed documents out; plain functions, no I/O."""

from distributor.publish.addresses import Format
from distributor.publish.build import Change, Rebuilt, build_documents, build_for, entity_tag, needed
from distributor.publish.catalogue import Catalogue
from distributor.publish.channels import Card, Channel, ChannelKind, card_of, cards_of
from distributor.publish.identity import assign_identity
from distributor.publish.listing import FeedAddress, FeedInfo, feed_listing, listing_of
from distributor.publish.options import FeedOptions

__all__ = [
    "Card",
    "Catalogue",
    "Change",
    "Channel",
    "ChannelKind",
    "FeedAddress",
    "FeedInfo",
    "FeedOptions",
    "Format",
    "Rebuilt",
    "assign_identity",
    "build_documents",
    "build_for",
    "card_of",
    "cards_of",
    "entity_tag",
    "feed_listing",
    "listing_of",
    "needed",
]
