"""What comes back about mails: reports that were taken, what was made of failures, how often a mailbox was full."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, String, Table, Text

from distributor.store.tables.metadata import metadata
from distributor.store.types import Moment

# each mail that came back is taken once, by the digest of its bytes
taken_reports = Table(
    "taken_reports",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("taking", String(20), nullable=False),
    Column("delivery_id", ForeignKey("deliveries.id"), nullable=True, index=True),
    Column("said", Text, nullable=False),
)

# failures whose consequences were drawn; a delivery that was sent again and failed again is a failure of its own
failure_follow_ups = Table(
    "failure_follow_ups",
    metadata,
    Column("delivery_id", ForeignKey("deliveries.id"), primary_key=True),
    Column("finished", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    # the address is not written to since then
    Column("suspended", Boolean, nullable=False),
)

# how often an address could not take a mail for now, halved as time passes
address_scores = Table(
    "address_scores",
    metadata,
    Column("address_key", String(320), primary_key=True),
    Column("score", Float, nullable=False),
    Column("counted", Moment, nullable=False),
)

# deliveries to a backup mailbox, and which delivery failed before each
substitutes = Table(
    "substitutes",
    metadata,
    Column("delivery_id", ForeignKey("deliveries.id"), primary_key=True),
    Column("instead_of", ForeignKey("deliveries.id"), nullable=False, unique=True),
    Column("at", Moment, nullable=False),
)
