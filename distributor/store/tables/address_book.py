"""What was decided about the plan of one bulletin, the history of the address book, and files on their way into it."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from distributor.store.tables.metadata import metadata
from distributor.store.types import Moment, PlainJson

plan_extras = Table(
    "plan_extras",
    metadata,
    Column("bulletin_id", ForeignKey("bulletins.id"), primary_key=True),
    Column("target", String(320), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("list_id", String(64), nullable=False),
    Column("name", String(200), nullable=True),
    Column("note", String(200), nullable=True),
)

plan_waivers = Table(
    "plan_waivers",
    metadata,
    Column("bulletin_id", ForeignKey("bulletins.id"), primary_key=True),
    Column("organization", String(64), primary_key=True),
    Column("note", String(200), nullable=False),
)

# one act changes many rows; they were made together and can be taken back together
address_book_acts = Table(
    "address_book_acts",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("at", Moment, nullable=False),
    Column("actor", String(100), nullable=False),
    Column("act", String(20), nullable=False),
    Column("detail", String(400), nullable=False),
    Column("count", Integer, nullable=False),
    Column("undone", String(32), nullable=True),
)

address_book_changes = Table(
    "address_book_changes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("act_id", ForeignKey("address_book_acts.id"), nullable=False, index=True),
    Column("subject", String(20), nullable=False),
    # the id of the row; of a contact its organization and address with a blank between
    Column("key", String(400), nullable=False),
    Column("action", String(10), nullable=False),
    Column("before", JSON(none_as_null=True), nullable=True),
    Column("after", JSON(none_as_null=True), nullable=True),
    Index("ix_address_book_changes_subject_key", "subject", "key"),
)

# a file of recipients between its preview and the word to go on; every worker of the site can read it
uploads = Table(
    "uploads",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("actor", String(100), nullable=False),
    Column("name", String(255), nullable=False),
    Column("kept", Moment, nullable=False),
    Column("options", PlainJson, nullable=False),
    Column("data", LargeBinary, nullable=False),
)
