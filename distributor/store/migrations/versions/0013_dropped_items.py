"""items that a correction left out of the file: what was taken back otherwise is still in it"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("items", sa.Column("dropped", sa.Boolean(), nullable=False, server_default=sa.false()))
    items = sa.table("items", sa.column("key"), sa.column("withdrawn"), sa.column("dropped", sa.Boolean()))
    withdrawals = sa.table("withdrawals", sa.column("item_key"), sa.column("undone"))
    taken_back = sa.select(withdrawals.c.item_key).where(
        withdrawals.c.item_key.is_not(None), withdrawals.c.undone.is_(None)
    )
    left_out = (items.c.withdrawn.is_not(None), items.c.key.not_in(taken_back))
    op.execute(items.update().where(*left_out).values(dropped=sa.true()))


def downgrade() -> None:
    with op.batch_alter_table("items") as batch:
        batch.drop_column("dropped")
