"""cancelled gives way: who was left out by a cancelled run may be in a later one of the same bulletin"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_CONSTRAINTS = {
    "uq_deliveries_bulletin_id_mailing_address": ["bulletin_id", "mailing", "address"],
    "uq_deliveries_idempotency_key": ["idempotency_key"],
}
_INDEXES = {
    "ux_deliveries_bulletin_id_mailing_address": ["bulletin_id", "mailing", "address"],
    "ux_deliveries_idempotency_key": ["idempotency_key"],
}
_PLAIN = {
    "ix_deliveries_bulletin_id": ["bulletin_id", "mailing"],
    "ix_deliveries_idempotency_key": ["idempotency_key"],
}
_LIVES = sa.text("state <> 'cancelled'")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rebuild()
    else:
        for name in _CONSTRAINTS:
            op.drop_constraint(name, "deliveries", type_="unique")
    for name, columns in _INDEXES.items():
        op.create_index(name, "deliveries", columns, unique=True, sqlite_where=_LIVES, postgresql_where=_LIVES)
    # those serve no question that does not leave out the cancelled ones
    for name, columns in _PLAIN.items():
        op.create_index(name, "deliveries", columns)


def downgrade() -> None:
    for name in (*_INDEXES, *_PLAIN):
        op.drop_index(name, "deliveries")
    # SQLite goes on without them: an older version of the program never looks for them
    if op.get_bind().dialect.name != "sqlite":
        for name, columns in _CONSTRAINTS.items():
            op.create_unique_constraint(name, "deliveries", columns)


def _rebuild() -> None:
    """Make the table anew without the constraints, as SQLite cannot drop any (https://sqlite.org/lang_altertable.html).

    Other tables point to its rows. So these are taken out and put back into the new table within the transaction, at
    whose end alone the pointers are looked at.
    """
    connection = op.get_bind()
    schema = "SELECT sql FROM sqlite_master WHERE tbl_name = 'deliveries' AND type = '{}' AND sql IS NOT NULL"
    table: str = connection.scalar(sa.text(schema.format("table")))
    indexes = list(connection.scalars(sa.text(schema.format("index"))))
    for name in _CONSTRAINTS:
        table = re.sub(rf",\s*CONSTRAINT {name} UNIQUE \([^)]*\)", "", table)
    for statement in (
        "PRAGMA defer_foreign_keys=ON",
        "CREATE TEMPORARY TABLE kept_deliveries AS SELECT * FROM deliveries",
        "DELETE FROM deliveries",
        "DROP TABLE deliveries",
        table,
        "INSERT INTO deliveries SELECT * FROM kept_deliveries",
        "DROP TABLE kept_deliveries",
        *indexes,
    ):
        op.execute(statement)
