"""returns: reports about mails, consequences of failures, scores of addresses, deliveries to backup mailboxes"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "taken_reports",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("taking", sa.String(length=20), nullable=False),
        sa.Column("delivery_id", sa.String(length=32), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_taken_reports_delivery_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_taken_reports")),
    )
    op.create_index(op.f("ix_taken_reports_delivery_id"), "taken_reports", ["delivery_id"])
    op.create_table(
        "failure_follow_ups",
        sa.Column("delivery_id", sa.String(length=32), nullable=False),
        sa.Column("finished", _MOMENT, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_failure_follow_ups_delivery_id")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_failure_follow_ups")),
    )
    op.create_table(
        "address_scores",
        sa.Column("address_key", sa.String(length=320), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("counted", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("address_key", name=op.f("pk_address_scores")),
    )
    op.create_table(
        "substitutes",
        sa.Column("delivery_id", sa.String(length=32), nullable=False),
        sa.Column("instead_of", sa.String(length=32), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_substitutes_delivery_id")),
        sa.ForeignKeyConstraint(["instead_of"], ["deliveries.id"], name=op.f("fk_substitutes_instead_of")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_substitutes")),
        sa.UniqueConstraint("instead_of", name=op.f("uq_substitutes_instead_of")),
    )
    # everything that ever went to one address
    op.create_index(op.f("ix_deliveries_address"), "deliveries", ["address"])


def downgrade() -> None:
    op.drop_index(op.f("ix_deliveries_address"), table_name="deliveries")
    op.drop_table("substitutes")
    op.drop_table("address_scores")
    op.drop_table("failure_follow_ups")
    op.drop_index(op.f("ix_taken_reports_delivery_id"), table_name="taken_reports")
    op.drop_table("taken_reports")
