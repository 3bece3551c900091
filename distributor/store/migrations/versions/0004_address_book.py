"""address book: days of validity, keys of addresses, search, members of lists, decisions about plans, history"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_DAY = sa.String(10)


def upgrade() -> None:
    for name in ("valid_from", "valid_to"):
        op.add_column("organizations", sa.Column(name, _DAY, nullable=True))
    op.add_column("organizations", sa.Column("search", sa.Text(), nullable=False, server_default=""))
    op.create_index(op.f("ix_organizations_position"), "organizations", ["position"])
    op.add_column("recipient_lists", sa.Column("members", sa.JSON(), nullable=False, server_default="[]"))
    for name, length in (("sender_name", 200), ("sender_address", 320), ("reply_to", 320), ("template", 64)):
        op.add_column("recipient_lists", sa.Column(name, sa.String(length), nullable=True))
    _fill_organizations()
    _rebuild_contacts()
    _rebuild_suppressions()
    _create_decisions()
    _create_history()


def downgrade() -> None:
    for name in ("uploads", "address_book_changes", "address_book_acts", "plan_waivers", "plan_extras"):
        op.drop_table(name)
    _rebuild("suppressions", _suppressions(keyed=False), ("id", "address", "list_id", "reason", "since"))
    kept = ("organization", "address", "position", "name", "mailbox", "language", "format")
    _rebuild("contacts", _contacts(keyed=False), kept)
    op.drop_index(op.f("ix_organizations_position"), "organizations")
    for name in ("template", "reply_to", "sender_address", "sender_name", "members"):
        op.drop_column("recipient_lists", name)
    for name in ("search", "valid_to", "valid_from"):
        op.drop_column("organizations", name)


def _key(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _fill_organizations() -> None:
    table = sa.table(
        "organizations", sa.column("id"), sa.column("name"), sa.column("short_name"), sa.column("aliases", sa.JSON()),
        sa.column("search"),
    )  # fmt: skip
    connection = op.get_bind()
    for row in connection.execute(sa.select(table)).mappings().all():
        names = (row["id"], row["name"], row["short_name"] or "", *row["aliases"])
        search = "\n".join(dict.fromkeys(_key(name) for name in names if name))
        connection.execute(table.update().where(table.c.id == row["id"]).values(search=search))


def _contacts(*, keyed: bool) -> list[sa.schema.SchemaItem]:
    keys = [sa.Column("address_key", sa.String(320), nullable=False)] if keyed else []
    new = [
        sa.Column("valid_from", _DAY, nullable=True),
        sa.Column("valid_to", _DAY, nullable=True),
        sa.Column("search", sa.Text(), nullable=False, server_default=""),
    ]
    return [
        sa.Column("organization", sa.String(64), nullable=False),
        *keys,
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("name", sa.String(200), nullable=True),
        sa.Column("mailbox", sa.String(20), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("format", sa.String(10), nullable=False),
        *(new if keyed else []),
        sa.ForeignKeyConstraint(
            ["organization"],
            ["organizations.id"],
            name=op.f("fk_contacts_organization"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("organization", "address_key" if keyed else "address", name=op.f("pk_contacts")),
    ]


def _suppressions(*, keyed: bool) -> list[sa.schema.SchemaItem]:
    key = "address_key" if keyed else "address"
    return [
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("address", sa.String(320), nullable=False),
        *([sa.Column("address_key", sa.String(320), nullable=False)] if keyed else []),
        sa.Column("list_id", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressions")),
        sa.UniqueConstraint(key, "list_id", name=op.f(f"uq_suppressions_{key}_list_id")),
    ]


def _rebuild_contacts() -> None:
    kept = ("organization", "address", "position", "name", "mailbox", "language", "format")
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for row in _rows("contacts", kept):
        search = f"{str(row['address']).casefold()}\n{_key(str(row['name'] or ''))}"
        key = (str(row["organization"]), str(row["address"]).casefold())
        rows.setdefault(key, {**row, "address_key": key[1], "search": search})
    op.drop_table("contacts")
    table = op.create_table("contacts", *_contacts(keyed=True))
    op.bulk_insert(table, list(rows.values()))
    op.create_index(op.f("ix_contacts_address_key"), "contacts", ["address_key"])
    op.create_index(op.f("ix_contacts_position"), "contacts", ["position"])


def _rebuild_suppressions() -> None:
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for row in _rows("suppressions", ("address", "list_id", "reason", "since")):
        key = (str(row["address"]).casefold(), str(row["list_id"]))
        rows.setdefault(key, {**row, "address_key": key[0]})
    op.drop_table("suppressions")
    table = op.create_table("suppressions", *_suppressions(keyed=True))
    op.bulk_insert(table, list(rows.values()))


def _rebuild(name: str, columns: list[sa.schema.SchemaItem], kept: tuple[str, ...]) -> None:
    rows = _rows(name, kept)
    op.drop_table(name)
    op.bulk_insert(op.create_table(name, *columns), rows)


def _rows(name: str, columns: tuple[str, ...]) -> list[dict[str, object]]:
    table = sa.table(name, *(sa.column(column, _MOMENT if column == "since" else None) for column in columns))
    return [dict(row) for row in op.get_bind().execute(sa.select(table)).mappings()]


def _create_decisions() -> None:
    op.create_table(
        "plan_extras",
        sa.Column("bulletin_id", sa.String(32), nullable=False),
        sa.Column("target", sa.String(320), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=True),
        sa.Column("note", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletins.id"], name=op.f("fk_plan_extras_bulletin_id")),
        sa.PrimaryKeyConstraint("bulletin_id", "target", name=op.f("pk_plan_extras")),
    )
    op.create_table(
        "plan_waivers",
        sa.Column("bulletin_id", sa.String(32), nullable=False),
        sa.Column("organization", sa.String(64), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletins.id"], name=op.f("fk_plan_waivers_bulletin_id")),
        sa.PrimaryKeyConstraint("bulletin_id", "organization", name=op.f("pk_plan_waivers")),
    )


def _create_history() -> None:
    op.create_table(
        "address_book_acts",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("detail", sa.String(400), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("undone", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_address_book_acts")),
        sa.UniqueConstraint("id", name=op.f("uq_address_book_acts_id")),
    )
    op.create_table(
        "address_book_changes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("act_id", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(20), nullable=False),
        sa.Column("key", sa.String(400), nullable=False),
        sa.Column("action", sa.String(10), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["act_id"], ["address_book_acts.id"], name=op.f("fk_address_book_changes_act_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_book_changes")),
    )
    op.create_index(op.f("ix_address_book_changes_act_id"), "address_book_changes", ["act_id"])
    op.create_index("ix_address_book_changes_subject_key", "address_book_changes", ["subject", "key"])
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("kept", _MOMENT, nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
