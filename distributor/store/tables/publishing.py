"""The catalogue of the feeds, what was corrected and taken back, who may read restricted feeds, what hubs are owed."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from distributor.store.tables.metadata import metadata
from distributor.store.types import Moment, PlainJson

feed_cards = Table(
    "feed_cards",
    metadata,
    Column("bulletin_id", ForeignKey("bulletins.id"), primary_key=True),
    Column("issue", Text, nullable=False),
    Column("published", Moment, nullable=False),
    Column("changed", Moment, nullable=False, index=True),
    Column("backfilled", Boolean, nullable=False),
)

feed_shares = Table(
    "feed_shares",
    metadata,
    Column("bulletin_id", ForeignKey("feed_cards.bulletin_id"), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("slug", String(80), primary_key=True),
    Column("name", Text, nullable=False),
    Column("items", Integer, nullable=False),
    # copies of the card's: the order of a channel is read from one index
    Column("published", Moment, nullable=False),
    Column("backfilled", Boolean, nullable=False),
    Index("ix_feed_shares_order", "kind", "slug", "published", "bulletin_id"),
    Index("ix_feed_shares_regular", "kind", "slug", "backfilled", "published", "bulletin_id"),
)

feed_channels = Table(
    "feed_channels",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("slug", String(80), primary_key=True),
    Column("name", Text, nullable=False),
    Column("bulletins", Integer, nullable=False),
    Column("items", Integer, nullable=False),
)

# where a document stood once and none stands any more
retired_documents = Table(
    "retired_documents",
    metadata,
    Column("path", String(400), primary_key=True),
    Column("retired", Moment, nullable=False),
)

# one row: grows with everything that changes what the site shows, so that every process sees it
site_state = Table(
    "site_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
)

# every version of a bulletin that readers had
bulletin_revisions = Table(
    "bulletin_revisions",
    metadata,
    Column("bulletin_id", ForeignKey("bulletins.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("masthead", PlainJson, nullable=False),
    Column("preamble", PlainJson, nullable=False),
    Column("distribution", PlainJson, nullable=False),
    Column("original_sha256", ForeignKey("blobs.sha256"), nullable=False, index=True),
    Column("original_name", String(255), nullable=False),
    Column("original_type", String(100), nullable=False),
    Column("original_size", Integer, nullable=False),
    Column("published", Moment, nullable=False),
    Column("published_by", String(100), nullable=False),
    Column("note", String(500), nullable=False),
)

# corrected files that were received; one that is neither published nor discarded waits for its sign-off
corrections = Table(
    "corrections",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("bulletin_id", ForeignKey("bulletins.id"), nullable=False, index=True),
    Column("record", PlainJson, nullable=False),
    Column("original_sha256", ForeignKey("blobs.sha256"), nullable=False, index=True),
    Column("note", String(500), nullable=False),
    Column("received", Moment, nullable=False),
    Column("received_by", String(100), nullable=False),
    Column("published", Moment, nullable=True),
    Column("discarded", Moment, nullable=True),
)

withdrawals = Table(
    "withdrawals",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("bulletin_id", ForeignKey("bulletins.id"), nullable=False, index=True),
    # empty for the whole bulletin
    Column("item_key", ForeignKey("items.key"), nullable=True, index=True),
    Column("withdrawn", Moment, nullable=False),
    Column("withdrawn_by", String(100), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("undone", Moment, nullable=True),
    Column("undone_by", String(100), nullable=True),
)

feed_access = Table(
    "feed_access",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(200), nullable=False),
    # a digest: who reads the database learns no address
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("granted", Moment, nullable=False),
    Column("granted_by", String(100), nullable=False),
    Column("revoked", Moment, nullable=True),
    Column("revoked_by", String(100), nullable=True),
    Column("fetched", Integer, nullable=False),
    Column("last_fetched", Moment, nullable=True),
)

hub_pings = Table(
    "hub_pings",
    metadata,
    Column("topic", String(1000), primary_key=True),
    Column("queued", Moment, nullable=False),
    Column("due", Moment, nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("problem", Text, nullable=True),
)

# what is searched: the id is the order of the results, newest first (store.search); the words stand in search_index,
# a table of its own kind on each database
search_entries = Table(
    "search_entries",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("item_key", ForeignKey("items.key"), nullable=False, unique=True),
    Column("bulletin_id", ForeignKey("bulletins.id"), nullable=False, index=True),
)
