"""Subscribers, their lists and consents, counted sign-ups, letters to one person, and the log that digests close."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, false

from distributor.store.tables.metadata import metadata
from distributor.store.types import Moment, PlainJson

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("address", String(320), nullable=False),
    Column("address_key", String(320), nullable=False, unique=True),
    Column("frequency", String(10), nullable=False),
    Column("language", String(20), nullable=False),
    Column("format", String(10), nullable=False),
    Column("interests", PlainJson, nullable=False),
    Column("paused_until", String(10), nullable=True),
    Column("created", Moment, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("greeted", Boolean, nullable=False, server_default=false()),
    Index("ix_subscribers_candidates", "frequency", "seen", "id"),
)

memberships = Table(
    "memberships",
    metadata,
    Column("subscriber_id", ForeignKey("subscribers.id", ondelete="CASCADE"), primary_key=True),
    Column("list_id", String(64), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("since", Moment, nullable=False),
    Index("ix_memberships_list_state", "list_id", "state", "since"),
)

consents = Table(
    "consents",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("subscriber_id", ForeignKey("subscribers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("act", String(20), nullable=False),
    Column("list_id", String(64), nullable=True),
    Column("text", Text, nullable=False),
    Column("language", String(20), nullable=False),
    Column("origin", String(64), nullable=False),
)

# how often something was asked for within a span of time; the keys are digests
sign_up_counts = Table(
    "sign_up_counts",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("began", Moment, primary_key=True),
    Column("count", Integer, nullable=False),
    Index("ix_sign_up_counts_began", "began"),
)

# mails to one person that are no bulletin: confirmations, welcomes; their words stand here until they are sent
letters = Table(
    "letters",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("address", String(320), nullable=False),
    Column("address_key", String(320), nullable=False, index=True),
    Column("content", Text, nullable=True),
    Column("leave_url", Text, nullable=True),
    Column("message_id", String(200), nullable=False, unique=True),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created", Moment, nullable=False),
    Column("next_attempt", Moment, nullable=False),
    Column("lease_until", Moment, nullable=True),
    Column("finished", Moment, nullable=True),
    Column("reply", Text, nullable=True),
    Index("ix_letters_state_next_attempt", "state", "next_attempt"),
)

# one row: the end of the log; who holds it may enter items and close windows
digest_head = Table(
    "digest_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
)

digest_log = Table(
    "digest_log",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("bulletin_id", ForeignKey("bulletins.id"), nullable=False, index=True),
    Column("item_key", ForeignKey("items.key"), nullable=False, unique=True),
    Column("opens_issue", Boolean, nullable=False),
    Column("published", Moment, nullable=False),
)

# runs of subscriber lists: which window they close and how many readers were looked at
digest_runs = Table(
    "digest_runs",
    metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("frequency", String(10), nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("candidates", Integer, nullable=False),
    Column("ready", Boolean, nullable=False, server_default=false(), index=True),
)

# renderings made of signed items after their sign-off, each with the sign-offs that cover it (decision 9)
digest_variants = Table(
    "digest_variants",
    metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("variant", ForeignKey("blobs.sha256"), nullable=True),
    Column("definition", PlainJson, nullable=False),
    Column("lists", PlainJson, nullable=False),
    Column("covered_by", PlainJson, nullable=False),
    Column("created", Moment, nullable=False),
    Index("ix_digest_variants_run_variant", "run_id", "variant"),
)

retention_reports = Table(
    "retention_reports",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("made", Moment, nullable=False),
    Column("removed", PlainJson, nullable=False),
)
