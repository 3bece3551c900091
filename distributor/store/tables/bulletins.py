"""Bulletins, their items with every revision, and the sign-offs that bind them."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, UniqueConstraint, false

from distributor.store.tables.metadata import metadata
from distributor.store.types import Moment, PlainJson

bulletins = Table(
    "bulletins",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("publication", String(64), nullable=False),
    Column("masthead", PlainJson, nullable=False),
    Column("date", String(10), nullable=True, index=True),
    Column("preamble", PlainJson, nullable=False),
    Column("distribution", PlainJson, nullable=False),
    Column("findings", PlainJson, nullable=False),
    Column("original_sha256", ForeignKey("blobs.sha256"), nullable=False),
    Column("original_name", String(255), nullable=False),
    Column("original_type", String(100), nullable=False),
    Column("original_size", Integer, nullable=False),
    Column("received", Moment, nullable=False),
    Column("received_by", String(100), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("published", Moment, nullable=True, index=True),
    Column("withdrawn", Moment, nullable=True),
    Column("backfilled", Boolean, nullable=False),
    UniqueConstraint("publication", "original_sha256"),
)

items = Table(
    "items",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("bulletin_id", ForeignKey("bulletins.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("section", String(400), nullable=True),
    Column("content", PlainJson, nullable=False),
    Column("tag_uri", String(300), nullable=True, unique=True),
    Column("revision", Integer, nullable=False),
    Column("published", Moment, nullable=True, index=True),
    Column("updated", Moment, nullable=True),
    Column("withdrawn", Moment, nullable=True),
    # whether the file at hand no longer holds it
    Column("dropped", Boolean, nullable=False, server_default=false()),
)

item_revisions = Table(
    "item_revisions",
    metadata,
    Column("item_key", ForeignKey("items.key"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("section", String(400), nullable=True),
    Column("content", PlainJson, nullable=False),
    Column("created", Moment, nullable=False),
    Column("created_by", String(100), nullable=False),
    # the version of the bulletin that it came with, whose file it was offered with
    Column("bulletin_revision", Integer, nullable=False, server_default="1"),
)

sign_offs = Table(
    "sign_offs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("bulletin_id", ForeignKey("bulletins.id"), nullable=False, index=True),
    Column("actor", String(100), nullable=False),
    Column("signed", Moment, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("plan_hash", String(64), nullable=False),
    Column("plan", PlainJson, nullable=False),
    Column("variants", PlainJson, nullable=False),
)
