"""The delivery ledger: runs, their frozen deliveries, every event of them, and what paces and guards the sending."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from distributor.store.tables.metadata import metadata
from distributor.store.types import Moment

runs = Table(
    "runs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("bulletin_id", ForeignKey("bulletins.id"), nullable=False, index=True),
    Column("list_id", String(64), nullable=False),
    Column("mailing", String(20), nullable=False),
    Column("sign_off_id", ForeignKey("sign_offs.id"), nullable=False),
    Column("created", Moment, nullable=False),
    Column("created_by", String(100), nullable=False),
    Column("schedule_id", String(64), nullable=True),
    Column("occurrence", Moment, nullable=True),
    Column("excluded", Integer, nullable=False),
    # empty while the recipients are still being written: nothing of it is due
    Column("ready", Moment, nullable=True),
    Column("began", Moment, nullable=True),
    Column("paused", Moment, nullable=True),
    Column("paused_by", String(100), nullable=True),
    Column("pause_reason", String(40), nullable=True),
    # a person has said that it may begin although it is late
    Column("confirmed", Moment, nullable=True),
    UniqueConstraint("schedule_id", "occurrence", "bulletin_id"),
)

_ALIVE = text("state <> 'cancelled'")


def _unique_alive(*columns: str) -> Index:
    """Let two deliveries have the same values only when one of them at most is not cancelled."""
    name = f"ux_deliveries_{'_'.join(columns)}"
    return Index(name, *columns, unique=True, sqlite_where=_ALIVE, postgresql_where=_ALIVE)


deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("bulletin_id", ForeignKey("bulletins.id"), nullable=False),
    Column("mailing", String(20), nullable=False),
    Column("position", Integer, nullable=False),
    Column("address", String(320), nullable=False, index=True),
    Column("display_name", String(200), nullable=True),
    Column("organization", String(64), nullable=True),
    Column("organization_name", String(200), nullable=False),
    Column("list_id", String(64), nullable=False),
    Column("role", String(20), nullable=False),
    Column("language", String(20), nullable=False),
    Column("format", String(10), nullable=False),
    Column("variant", ForeignKey("blobs.sha256"), nullable=False),
    Column("message_id", String(200), nullable=False, unique=True),
    Column("idempotency_key", String(64), nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("worker", String(64), nullable=True),
    Column("lease_until", Moment, nullable=True),
    # its lease has run out and its worker was given a last chance to renew it
    Column("warned", Boolean, nullable=False, server_default=false()),
    Column("next_attempt", Moment, nullable=False),
    Column("reply_phase", String(10), nullable=True),
    Column("reply_code", Integer, nullable=True),
    Column("reply_text", Text, nullable=True),
    Column("refusal", String(30), nullable=True),
    Column("finished", Moment, nullable=True),
    UniqueConstraint("run_id", "address"),
    # who was left out by a cancelled run may be in a later one of the same bulletin
    _unique_alive("bulletin_id", "mailing", "address"),
    _unique_alive("idempotency_key"),
    # those two serve no question that does not leave out the cancelled ones
    Index("ix_deliveries_bulletin_id", "bulletin_id", "mailing"),
    Index("ix_deliveries_idempotency_key", "idempotency_key"),
    Index("ix_deliveries_due", "run_id", "state", "next_attempt", "position"),
    Index("ix_deliveries_lease_until", "lease_until"),
)

delivery_events = Table(
    "delivery_events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("delivery_id", ForeignKey("deliveries.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("worker", String(64), nullable=True),
    Column("phase", String(10), nullable=True),
    Column("code", Integer, nullable=True),
    Column("text", Text, nullable=True),
    Column("refusal", String(30), nullable=True),
)

run_events = Table(
    "run_events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("actor", String(100), nullable=False),
    Column("act", String(20), nullable=False),
    Column("detail", String(200), nullable=False),
    Column("number", Integer, nullable=False),
)

# what a relay lets us send to a domain; '*' is everything at the relay
lanes = Table(
    "lanes",
    metadata,
    Column("relay", String(255), primary_key=True),
    Column("domain", String(255), primary_key=True),
    Column("rate", Float, nullable=False),
    Column("ceiling", Float, nullable=False),
    Column("tokens", Float, nullable=False),
    Column("filled", Moment, nullable=False),
    Column("slowed", Moment, nullable=True),
    # until when its slots are given away
    Column("booked_until", Moment, nullable=True),
    Column("closed_until", Moment, nullable=True),
)

# one row: who may send from this database, so that a clone or a restored backup is recognised
instance = Table(
    "instance",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token", String(32), nullable=False),
    Column("beats", Integer, nullable=False),
    Column("beaten", Moment, nullable=False),
    # when it was found to be a copy: what an occurrence would send of the time before, a person decides
    Column("restored", Moment, nullable=True),
)

# one row: the clock of the database when it was last looked at, so that one that was set back is noticed
clock = Table(
    "clock",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("seen", Moment, nullable=False),
)
