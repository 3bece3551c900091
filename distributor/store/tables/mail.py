"""Mails of the house itself, and how mails look."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint, false

from distributor.store.tables.metadata import metadata
from distributor.store.types import Moment, PlainJson

# what the secretariat has to be told; one of each kind about one thing
notices = Table(
    "notices",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("object_id", String(64), nullable=False),
    Column("address", String(320), nullable=False),
    Column("details", PlainJson, nullable=False),
    Column("created", Moment, nullable=False),
    Column("next_attempt", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("sent", Moment, nullable=True),
    Column("failed", Moment, nullable=True),
    Column("answer", Text, nullable=True),
    UniqueConstraint("kind", "object_id"),
    Index("ix_notices_due", "sent", "failed", "next_attempt"),
)

# the newest one counts
mail_themes = Table(
    "mail_themes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("colour", String(7), nullable=False),
    Column("dark_colour", String(7), nullable=False),
    Column("logo", String(100), nullable=True),
    Column("note", String(100), nullable=True),
    Column("changed", Moment, nullable=False),
    Column("changed_by", String(100), nullable=False),
)

# versions of templates instead of the shipped ones; at most one of each name is active
mail_templates = Table(
    "mail_templates",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("number", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("saved", Moment, nullable=False),
    Column("saved_by", String(100), nullable=False),
    Column("previewed", Moment, nullable=True),
    Column("activated", Moment, nullable=True),
    Column("is_active", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("name", "number"),
)
