"""Schedules and the occurrences that were claimed of them."""

from sqlalchemy import Column, Integer, String, Table, Text

from distributor.store.tables.metadata import metadata
from distributor.store.types import Moment, PlainJson

schedules = Table(
    "schedules",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("list_id", String(64), nullable=False),
    Column("definition", PlainJson, nullable=False),
    Column("since", Moment, nullable=False),
    Column("next_run_at", Moment, nullable=True, index=True),
)

occurrences = Table(
    "occurrences",
    metadata,
    # no foreign key: what was claimed stays on record when a schedule is removed
    Column("schedule_id", String(64), primary_key=True),
    Column("moment", Moment, primary_key=True),
    Column("claimed", Moment, nullable=False),
    Column("outcome", String(40), nullable=False),
    # who said what becomes of one that asked
    Column("decided", Moment, nullable=True),
    Column("decided_by", String(100), nullable=True),
)

# the working calendar as it was applied; the newest one counts, without any the file does
calendar_documents = Table(
    "calendar_documents",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("text", Text, nullable=False),
    Column("applied", Moment, nullable=False),
    Column("applied_by", String(100), nullable=False),
)
