"""mail: notices, themes, templates instead of the shipped ones, what a list gets of the original file"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("recipient_lists", sa.Column("original", sa.String(length=10), nullable=False, server_default="link"))
    op.create_table(
        "notices",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("kind", "object_id", name=op.f("uq_notices_kind_object_id")),
    )
    op.create_index("ix_notices_due", "notices", ["sent", "failed", "next_attempt"])
    op.create_table(
        "mail_themes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("colour", sa.String(length=7), nullable=False),
        sa.Column("dark_colour", sa.String(length=7), nullable=False),
        sa.Column("logo", sa.String(length=100), nullable=True),
        sa.Column("note", sa.String(length=100), nullable=True),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_themes")),
    )
    op.create_table(
        "mail_templates",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("saved", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.String(length=100), nullable=False),
        sa.Column("previewed", sa.DateTime(timezone=True), nullable=True),
        sa.Column("activated", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_templates")),
        sa.UniqueConstraint("name", "number", name=op.f("uq_mail_templates_name_number")),
    )


def downgrade() -> None:
    op.drop_table("mail_templates")
    op.drop_table("mail_themes")
    op.drop_index("ix_notices_due", table_name="notices")
    op.drop_table("notices")
    with op.batch_alter_table("recipient_lists") as batch:
        batch.drop_column("original")
