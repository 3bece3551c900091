"""publishing: catalogue of the feeds, revisions, corrections, withdrawals, search, restricted feeds, hubs"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_ORDER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_index(op.f("ix_items_published"), "items", ["published"])
    revision_column = sa.Column("bulletin_revision", sa.Integer(), nullable=False, server_default="1")
    op.add_column("item_revisions", revision_column)
    _documents()
    _catalogue()
    _revisions()
    _access()
    _search()
    # what was published before has one version; its cards are made by `distributor rebuild`
    op.execute(
        "INSERT INTO bulletin_revisions (bulletin_id, revision, masthead, preamble, distribution, original_sha256, "
        "original_name, original_type, original_size, published, published_by, note) "
        "SELECT id, revision, masthead, preamble, distribution, original_sha256, original_name, original_type, "
        "original_size, published, received_by, '' FROM bulletins WHERE published IS NOT NULL"
    )


def _documents() -> None:
    """Documents keep their bytes themselves, so that what a publication replaces is gone."""
    op.add_column("documents", sa.Column("data", sa.LargeBinary(), nullable=True))
    op.execute("UPDATE documents SET data = (SELECT data FROM blobs WHERE blobs.sha256 = documents.sha256)")
    with op.batch_alter_table("documents") as batch:
        batch.drop_constraint(op.f("fk_documents_sha256"), type_="foreignkey")
        batch.drop_column("sha256")
        batch.alter_column("data", existing_type=sa.LargeBinary(), nullable=False)


def _catalogue() -> None:
    op.create_table(
        "feed_cards",
        sa.Column("bulletin_id", sa.String(length=32), nullable=False),
        sa.Column("issue", sa.Text(), nullable=False),
        sa.Column("published", _MOMENT, nullable=False),
        sa.Column("changed", _MOMENT, nullable=False),
        sa.Column("backfilled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletins.id"], name=op.f("fk_feed_cards_bulletin_id")),
        sa.PrimaryKeyConstraint("bulletin_id", name=op.f("pk_feed_cards")),
    )
    op.create_index(op.f("ix_feed_cards_changed"), "feed_cards", ["changed"])
    op.create_table(
        "feed_shares",
        sa.Column("bulletin_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("published", _MOMENT, nullable=False),
        sa.Column("backfilled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin_id"], ["feed_cards.bulletin_id"], name=op.f("fk_feed_shares_bulletin_id")),
        sa.PrimaryKeyConstraint("bulletin_id", "kind", "slug", name=op.f("pk_feed_shares")),
    )
    op.create_index("ix_feed_shares_order", "feed_shares", ["kind", "slug", "published", "bulletin_id"])
    regular = ["kind", "slug", "backfilled", "published", "bulletin_id"]
    op.create_index("ix_feed_shares_regular", "feed_shares", regular)
    op.create_table(
        "feed_channels",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("bulletins", sa.Integer(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "slug", name=op.f("pk_feed_channels")),
    )
    op.create_table(
        "retired_documents",
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("retired", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_retired_documents")),
    )
    state = op.create_table(
        "site_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_state")),
    )
    op.bulk_insert(state, [{"id": 1, "version": 0}])


def _revisions() -> None:
    op.create_table(
        "bulletin_revisions",
        sa.Column("bulletin_id", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("masthead", sa.JSON(), nullable=False),
        sa.Column("preamble", sa.JSON(), nullable=False),
        sa.Column("distribution", sa.JSON(), nullable=False),
        sa.Column("original_sha256", sa.String(length=64), nullable=False),
        sa.Column("original_name", sa.String(length=255), nullable=False),
        sa.Column("original_type", sa.String(length=100), nullable=False),
        sa.Column("original_size", sa.Integer(), nullable=False),
        sa.Column("published", _MOMENT, nullable=False),
        sa.Column("published_by", sa.String(length=100), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletins.id"], name=op.f("fk_bulletin_revisions_bulletin_id")),
        sa.ForeignKeyConstraint(
            ["original_sha256"], ["blobs.sha256"], name=op.f("fk_bulletin_revisions_original_sha256")
        ),
        sa.PrimaryKeyConstraint("bulletin_id", "revision", name=op.f("pk_bulletin_revisions")),
    )
    op.create_index(op.f("ix_bulletin_revisions_original_sha256"), "bulletin_revisions", ["original_sha256"])
    op.create_table(
        "corrections",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("bulletin_id", sa.String(length=32), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("original_sha256", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("received", _MOMENT, nullable=False),
        sa.Column("received_by", sa.String(length=100), nullable=False),
        sa.Column("published", _MOMENT, nullable=True),
        sa.Column("discarded", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletins.id"], name=op.f("fk_corrections_bulletin_id")),
        sa.ForeignKeyConstraint(["original_sha256"], ["blobs.sha256"], name=op.f("fk_corrections_original_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index(op.f("ix_corrections_bulletin_id"), "corrections", ["bulletin_id"])
    op.create_index(op.f("ix_corrections_original_sha256"), "corrections", ["original_sha256"])
    op.create_table(
        "withdrawals",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("bulletin_id", sa.String(length=32), nullable=False),
        sa.Column("item_key", sa.String(length=32), nullable=True),
        sa.Column("withdrawn", _MOMENT, nullable=False),
        sa.Column("withdrawn_by", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("undone", _MOMENT, nullable=True),
        sa.Column("undone_by", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletins.id"], name=op.f("fk_withdrawals_bulletin_id")),
        sa.ForeignKeyConstraint(["item_key"], ["items.key"], name=op.f("fk_withdrawals_item_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawals")),
    )
    op.create_index(op.f("ix_withdrawals_bulletin_id"), "withdrawals", ["bulletin_id"])
    op.create_index(op.f("ix_withdrawals_item_key"), "withdrawals", ["item_key"])


def _access() -> None:
    op.create_table(
        "feed_access",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("granted", _MOMENT, nullable=False),
        sa.Column("granted_by", sa.String(length=100), nullable=False),
        sa.Column("revoked", _MOMENT, nullable=True),
        sa.Column("revoked_by", sa.String(length=100), nullable=True),
        sa.Column("fetched", sa.Integer(), nullable=False),
        sa.Column("last_fetched", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_access")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_feed_access_token_sha256")),
    )
    op.create_table(
        "hub_pings",
        sa.Column("topic", sa.String(length=1000), nullable=False),
        sa.Column("queued", _MOMENT, nullable=False),
        sa.Column("due", _MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("topic", name=op.f("pk_hub_pings")),
    )
    op.create_index(op.f("ix_hub_pings_due"), "hub_pings", ["due"])


def _search() -> None:
    op.create_table(
        "search_entries",
        sa.Column("id", _ORDER, autoincrement=False, nullable=False),
        sa.Column("item_key", sa.String(length=32), nullable=False),
        sa.Column("bulletin_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletins.id"], name=op.f("fk_search_entries_bulletin_id")),
        sa.ForeignKeyConstraint(["item_key"], ["items.key"], name=op.f("fk_search_entries_item_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entries")),
        sa.UniqueConstraint("item_key", name=op.f("uq_search_entries_item_key")),
    )
    op.create_index(op.f("ix_search_entries_bulletin_id"), "search_entries", ["bulletin_id"])
    if op.get_bind().dialect.name == "sqlite":
        # the words come tokenised, one blank between tokens: the tokeniser has nothing to decide
        op.execute("CREATE VIRTUAL TABLE search_index USING fts5(words, tokenize = 'unicode61 remove_diacritics 0')")
        return
    op.execute(
        "CREATE TABLE search_index ("
        "id bigint PRIMARY KEY REFERENCES search_entries (id) ON DELETE CASCADE, "
        "words text NOT NULL, terms tsvector NOT NULL)"
    )
    op.execute("CREATE INDEX ix_search_index_terms ON search_index USING gin (terms)")


def downgrade() -> None:
    op.execute("DROP TABLE search_index")
    for name in (
        *("search_entries", "hub_pings", "feed_access", "withdrawals", "corrections", "bulletin_revisions"),
        *("site_state", "retired_documents", "feed_channels", "feed_shares", "feed_cards"),
    ):
        op.drop_table(name)
    # the older version renders all documents anew at its next publication
    op.execute("DELETE FROM documents")
    with op.batch_alter_table("documents") as batch:
        batch.add_column(sa.Column("sha256", sa.String(length=64), nullable=False))
        batch.create_foreign_key(op.f("fk_documents_sha256"), "blobs", ["sha256"], ["sha256"])
        batch.drop_column("data")
    with op.batch_alter_table("item_revisions") as batch:
        batch.drop_column("bulletin_revision")
    op.drop_index(op.f("ix_items_published"), "items")
