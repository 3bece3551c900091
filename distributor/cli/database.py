"""`distributor database copy`: from SQLite to PostgreSQL, every table compared."""

from typing import Annotated

import typer

from distributor.cli.options import ActorOption, ConfigOption, actor
from distributor.cli.output import counting, say, table, words

_SHORT = 16

app = typer.Typer(help=words("cli.database"), no_args_is_help=True)


@app.callback()
def database() -> None:
    """Work on the database as a whole."""


@app.command(
    "copy",
    help=words("cli.database.copy"),
    epilog="distributor database copy postgresql+psycopg://distributor@localhost/distributor",
)
def copy(
    url: Annotated[str, typer.Argument(metavar="URL", help=words("cli.argument.database-url"))],
    *,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> None:
    """Copy everything into an empty database and compare what arrived."""
    from distributor.cli.container import run_on_premises
    from distributor.usecases.copy_database import copy_database

    with counting("cli.database.progress") as progress:
        copied = run_on_premises(config, lambda premises: copy_database(premises, actor(as_), url, progress))
    rows = [(one.name, one.rows, one.digest[:_SHORT]) for one in copied if one.rows]
    table(["cli.column.table", "cli.column.rows", "cli.column.digest"], rows)
    say("cli.database.copied", tables=len(copied), rows=sum(one.rows for one in copied))
    say("cli.database.next", url=url.rsplit("@", maxsplit=1)[-1])
