"""Content-addressed bytes, and the documents that are served from them."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table

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
    Column("sha256", ForeignKey("blobs.sha256"), nullable=False),
    Column("etag", String(80), nullable=False),
    Column("last_modified", Moment, nullable=False),
)
