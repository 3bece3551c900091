"""subscribers: consents, letters, log and variants of digests, the calendar, decisions about occurrences"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "calendar_documents",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("applied", _MOMENT, nullable=False),
        sa.Column("applied_by", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_documents")),
    )
    op.create_table(
        "digest_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_head")),
    )
    op.create_table(
        "letters",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("address_key", sa.String(length=320), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("leave_url", sa.Text(), nullable=True),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created", _MOMENT, nullable=False),
        sa.Column("next_attempt", _MOMENT, nullable=False),
        sa.Column("lease_until", _MOMENT, nullable=True),
        sa.Column("finished", _MOMENT, nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("message_id", name=op.f("uq_letters_message_id")),
    )
    op.create_index(op.f("ix_letters_address_key"), "letters", ["address_key"], unique=False)
    op.create_index("ix_letters_state_next_attempt", "letters", ["state", "next_attempt"], unique=False)
    op.create_table(
        "retention_reports",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("made", _MOMENT, nullable=False),
        sa.Column("removed", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_retention_reports")),
    )
    op.create_table(
        "sign_up_counts",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("began", _MOMENT, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "began", name=op.f("pk_sign_up_counts")),
    )
    op.create_index("ix_sign_up_counts_began", "sign_up_counts", ["began"], unique=False)
    op.create_table(
        "subscribers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("address_key", sa.String(length=320), nullable=False),
        sa.Column("frequency", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("interests", sa.JSON(), nullable=False),
        sa.Column("paused_until", sa.String(length=10), nullable=True),
        sa.Column("created", _MOMENT, nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("greeted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscribers")),
        sa.UniqueConstraint("address_key", name=op.f("uq_subscribers_address_key")),
    )
    op.create_index("ix_subscribers_candidates", "subscribers", ["frequency", "seen", "id"], unique=False)
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("subscriber_id", sa.String(length=32), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("list_id", sa.String(length=64), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_consents_subscriber_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_subscriber_id"), "consents", ["subscriber_id"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("subscriber_id", sa.String(length=32), nullable=False),
        sa.Column("list_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_memberships_subscriber_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "list_id", name=op.f("pk_memberships")),
    )
    op.create_index("ix_memberships_list_state", "memberships", ["list_id", "state", "since"], unique=False)
    op.create_table(
        "digest_log",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bulletin_id", sa.String(length=32), nullable=False),
        sa.Column("item_key", sa.String(length=32), nullable=False),
        sa.Column("opens_issue", sa.Boolean(), nullable=False),
        sa.Column("published", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletins.id"], name=op.f("fk_digest_log_bulletin_id")),
        sa.ForeignKeyConstraint(["item_key"], ["items.key"], name=op.f("fk_digest_log_item_key")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_digest_log")),
        sa.UniqueConstraint("item_key", name=op.f("uq_digest_log_item_key")),
    )
    op.create_index(op.f("ix_digest_log_bulletin_id"), "digest_log", ["bulletin_id"], unique=False)
    op.create_table(
        "digest_runs",
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("frequency", sa.String(length=10), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("ready", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_digest_runs_run_id")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_digest_runs")),
    )
    op.create_index(op.f("ix_digest_runs_ready"), "digest_runs", ["ready"], unique=False)
    op.create_table(
        "digest_variants",
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("variant", sa.String(length=64), nullable=True),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("lists", sa.JSON(), nullable=False),
        sa.Column("covered_by", sa.JSON(), nullable=False),
        sa.Column("created", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_digest_variants_run_id")),
        sa.ForeignKeyConstraint(["variant"], ["blobs.sha256"], name=op.f("fk_digest_variants_variant")),
        sa.PrimaryKeyConstraint("run_id", "key", name=op.f("pk_digest_variants")),
    )
    op.create_index("ix_digest_variants_run_variant", "digest_variants", ["run_id", "variant"], unique=False)
    op.add_column("occurrences", sa.Column("decided", _MOMENT, nullable=True))
    op.add_column("occurrences", sa.Column("decided_by", sa.String(length=100), nullable=True))
    op.execute("INSERT INTO digest_head (id, number) VALUES (1, 0)")
    # what was published before there were subscribers belongs to no digest of theirs
    op.execute(
        "INSERT INTO digest_log (number, bulletin_id, item_key, opens_issue, published) "
        "SELECT row_number() OVER (ORDER BY b.published, b.id, i.position), b.id, i.key, true, "
        "b.published FROM items i JOIN bulletins b ON b.id = i.bulletin_id "
        "WHERE b.published IS NOT NULL AND i.published IS NOT NULL"
    )
    op.execute("UPDATE digest_head SET number = (SELECT count(*) FROM digest_log)")


def downgrade() -> None:
    for name in (
        "digest_variants",
        "digest_runs",
        "digest_log",
        "memberships",
        "consents",
        "subscribers",
        "sign_up_counts",
        "retention_reports",
        "letters",
        "digest_head",
        "calendar_documents",
    ):
        op.drop_table(name)
    op.drop_column("occurrences", "decided_by")
    op.drop_column("occurrences", "decided")
