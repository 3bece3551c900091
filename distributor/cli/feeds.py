"""`distributor feeds …`: who may read the restricted feeds."""

from typing import Annotated

import typer

from distributor.cli.options import ActorOption, ConfigOption, actor
from distributor.cli.output import console, say, table, words

app = typer.Typer(help=words("cli.feeds"), no_args_is_help=True)


@app.command("grant", help=words("cli.feeds.grant"), epilog="distributor feeds grant 科学技术部 --as wang")
def grant(
    name: Annotated[str, typer.Argument(metavar="NAME", help=words("cli.argument.feed-reader"))],
    *,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> None:
    """Give a body an address of its own; it is shown this once."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.grant_feed import grant_feed

    done = run_in_container(config, actor(as_), lambda container: grant_feed(container.context, actor(as_), name))
    say("cli.feeds.granted", id=done.access.id, name=done.access.name)
    for form, url in done.addresses:
        console.print(f"  {form.label}: {url}", markup=False)


@app.command("revoke", help=words("cli.feeds.revoke"), epilog="distributor feeds revoke ID --as wang")
def revoke(
    access_id: Annotated[str, typer.Argument(metavar="ID", help=words("cli.argument.feed-access"))],
    *,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> None:
    """Take an address away."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.grant_feed import revoke_feed

    run_in_container(config, actor(as_), lambda container: revoke_feed(container.context, actor(as_), access_id))
    say("cli.feeds.revoked", id=access_id)


@app.command("granted", help=words("cli.feeds.list"), epilog="distributor feeds granted")
def granted(*, config: ConfigOption = None) -> None:
    """List who may read the restricted feeds, and how often they did."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.grant_feed import list_feed_access

    found = run_in_container(config, actor(None), lambda container: list_feed_access(container.context))
    columns = [f"cli.column.{name}" for name in ("id", "reader", "granted", "fetched", "last-fetched", "revoked")]
    rows = [(one.id, one.name, one.granted, one.fetched, one.last_fetched, one.revoked) for one in found]
    table(columns, rows)
