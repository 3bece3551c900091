"""Accounts, sessions, tokens of the API, counted failures of logins, and the audit log."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table

from distributor.store.tables.metadata import metadata
from distributor.store.types import Moment, PlainJson

users = Table(
    "users",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("password_set", Moment, nullable=False),
    Column("created", Moment, nullable=False),
    Column("disabled", Moment, nullable=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    # the token itself stands in the cookie alone
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("user", ForeignKey("users.name"), nullable=False, index=True),
    Column("created", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("address", String(64), nullable=False),
    Column("agent", String(200), nullable=False),
)

login_failures = Table(
    "login_failures",
    metadata,
    # a digest: who mistypes may have put a password where the name belongs
    Column("key", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last", Moment, nullable=False, index=True),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("secret_sha256", String(64), nullable=False, unique=True),
    Column("user", ForeignKey("users.name"), nullable=False, index=True),
    Column("name", String(100), nullable=False),
    Column("scopes", PlainJson, nullable=False),
    Column("created", Moment, nullable=False),
    Column("created_by", String(100), nullable=False),
    Column("expires", Moment, nullable=False),
    Column("last_used", Moment, nullable=True),
    Column("revoked", Moment, nullable=True),
)

second_factors = Table(
    "second_factors",
    metadata,
    Column("user", ForeignKey("users.name"), primary_key=True),
    # the secret is sealed with a key that stands beside the database
    Column("sealed", String(300), nullable=False),
    Column("last_step", BigInteger, nullable=False),
    Column("enabled", Moment, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("user", ForeignKey("users.name"), primary_key=True),
    # an authenticator made with a key that stands beside the database
    Column("seal", String(64), primary_key=True),
)

audit = Table(
    "audit",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", String(100), nullable=False),
    Column("origin", String(20), nullable=False),
    Column("act", String(40), nullable=False),
    Column("object_kind", String(40), nullable=False),
    Column("object_id", String(100), nullable=False),
    Column("before", String(64), nullable=True),
    Column("after", String(64), nullable=True),
    Column("details", PlainJson, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_object", "object_kind", "object_id"),
)

# one row: where the log ends; taking it orders those who write
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)
