"""The address book, who is not written to, and requests to stop that a person must settle."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from distributor.store.tables.metadata import metadata
from distributor.store.types import Moment, PlainJson

organizations = Table(
    "organizations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("position", Integer, nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("short_name", String(100), nullable=True),
    Column("aliases", PlainJson, nullable=False),
    Column("parent", String(64), nullable=True),
    # days as YYYY-MM-DD, which sort and compare as text on both databases
    Column("valid_from", String(10), nullable=True),
    Column("valid_to", String(10), nullable=True),
    # match keys of all names and the id, one a line: searched by substring, since words of two characters count
    Column("search", Text, nullable=False, server_default=""),
)

contacts = Table(
    "contacts",
    metadata,
    Column("organization", ForeignKey("organizations.id", deferrable=True, initially="DEFERRED"), primary_key=True),
    Column("address_key", String(320), primary_key=True),
    Column("position", Integer, nullable=False, index=True),
    Column("address", String(320), nullable=False),
    Column("name", String(200), nullable=True),
    Column("mailbox", String(20), nullable=False),
    Column("language", String(20), nullable=False),
    Column("format", String(10), nullable=False),
    Column("valid_from", String(10), nullable=True),
    Column("valid_to", String(10), nullable=True),
    Column("search", Text, nullable=False, server_default=""),
    Index("ix_contacts_address_key", "address_key"),
)

groups = Table(
    "groups",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", String(200), nullable=False),
    Column("aliases", PlainJson, nullable=False),
    Column("members", PlainJson, nullable=False),
)

recipient_lists = Table(
    "recipient_lists",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", String(200), nullable=False),
    Column("labels", PlainJson, nullable=False),
    Column("role", String(20), nullable=False),
    Column("must_receive", Boolean, nullable=False),
    Column("default", PlainJson, nullable=False),
    Column("subject", String(200), nullable=True),
    Column("members", PlainJson, nullable=False, server_default="[]"),
    Column("sender_name", String(200), nullable=True),
    Column("sender_address", String(320), nullable=True),
    Column("reply_to", String(320), nullable=True),
    Column("template", String(64), nullable=True),
    Column("original", String(10), nullable=False, server_default="link"),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("address", String(320), nullable=False),
    Column("address_key", String(320), nullable=False),
    # '' stands for all lists, since NULL would not be unique
    Column("list_id", String(64), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("since", Moment, nullable=False),
    UniqueConstraint("address_key", "list_id"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("address", String(320), nullable=False),
    Column("list_id", String(64), nullable=False),
    Column("opened", Moment, nullable=False),
    Column("due", Moment, nullable=False),
    Column("closed", Moment, nullable=True),
    Index("ix_tickets_address_list_id", "address", "list_id"),
)
