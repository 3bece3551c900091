"""The delivery ledger: runs, their frozen deliveries, and every event of them."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

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
    UniqueConstraint("schedule_id", "occurrence", "bulletin_id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("bulletin_id", ForeignKey("bulletins.id"), nullable=False),
    Column("mailing", String(20), nullable=False),
    Column("position", Integer, nullable=False),
    Column("address", String(320), nullable=False),
    Column("display_name", String(200), nullable=True),
    Column("organization", String(64), nullable=True),
    Column("organization_name", String(200), nullable=False),
    Column("list_id", String(64), nullable=False),
    Column("role", String(20), nullable=False),
    Column("language", String(20), nullable=False),
    Column("format", String(10), nullable=False),
    Column("variant", ForeignKey("blobs.sha256"), nullable=False),
    Column("message_id", String(200), nullable=False, unique=True),
    Column("idempotency_key", String(64), nullable=False, unique=True),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("worker", String(64), nullable=True),
    Column("lease_until", Moment, nullable=True),
    Column("next_attempt", Moment, nullable=False),
    Column("reply_phase", String(10), nullable=True),
    Column("reply_code", Integer, nullable=True),
    Column("reply_text", Text, nullable=True),
    Column("refusal", String(30), nullable=True),
    Column("finished", Moment, nullable=True),
    UniqueConstraint("run_id", "address"),
    UniqueConstraint("bulletin_id", "mailing", "address"),
    Index("ix_deliveries_state_next_attempt", "state", "next_attempt"),
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
