"""Content-addressed bytes, and the documents that are served as stored."""

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from distributor.store.tables.metadata import metadata
from distributor.store.types import Moment

blobs = Table(
    "blobs",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("path", String(400), primary_key=True),
    Column("media_type", String(100), nullable=False),
    # not among the blobs: each publication replaces a hundred of them, and nothing else names them
    Column("data", LargeBinary, nullable=False),
    Column("etag", String(80), nullable=False),
    Column("last_modified", Moment, nullable=False),
)
