"""delivery engine: runs can be paused, leases are warned of, pacing, instance"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for name, kind in (
        ("ready", _MOMENT),
        ("began", _MOMENT),
        ("paused", _MOMENT),
        ("paused_by", sa.String(100)),
        ("pause_reason", sa.String(40)),
        ("confirmed", _MOMENT),
    ):
        op.add_column("runs", sa.Column(name, kind, nullable=True))
    # every run of the older version was written in one transaction, and a worker may have begun it
    op.execute("UPDATE runs SET ready = created")
    op.execute(
        "UPDATE runs SET began = created WHERE EXISTS "
        "(SELECT 1 FROM deliveries WHERE deliveries.run_id = runs.id AND deliveries.attempts > 0)"
    )
    op.add_column("deliveries", sa.Column("warned", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.drop_index("ix_deliveries_state_next_attempt", "deliveries")
    op.create_index("ix_deliveries_due", "deliveries", ["run_id", "state", "next_attempt", "position"])
    op.create_index("ix_deliveries_lease_until", "deliveries", ["lease_until"])
    op.create_table(
        "run_events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_run_events_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_events")),
    )
    op.create_index(op.f("ix_run_events_run_id"), "run_events", ["run_id"])
    op.create_table(
        "lanes",
        sa.Column("relay", sa.String(length=255), nullable=False),
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("rate", sa.Float(), nullable=False),
        sa.Column("ceiling", sa.Float(), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("filled", _MOMENT, nullable=False),
        sa.Column("slowed", _MOMENT, nullable=True),
        sa.Column("booked_until", _MOMENT, nullable=True),
        sa.Column("closed_until", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("relay", "domain", name=op.f("pk_lanes")),
    )
    op.create_table(
        "instance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("beats", sa.Integer(), nullable=False),
        sa.Column("beaten", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
    )


def downgrade() -> None:
    op.drop_table("instance")
    op.drop_table("lanes")
    op.drop_table("run_events")
    op.drop_index("ix_deliveries_lease_until", "deliveries")
    op.drop_index("ix_deliveries_due", "deliveries")
    op.create_index("ix_deliveries_state_next_attempt", "deliveries", ["state", "next_attempt"])
    with op.batch_alter_table("deliveries") as batch:
        batch.drop_column("warned")
    with op.batch_alter_table("runs") as batch:
        for name in ("confirmed", "pause_reason", "paused_by", "paused", "began", "ready"):
            batch.drop_column(name)
