"""`distributor subscribers …`: readers who asked for the bulletin themselves."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.options import ActorOption, ConfigOption, JsonOption, actor
from distributor.cli.output import say, table, words

if TYPE_CHECKING:
    from distributor.bootstrap import Container

app = typer.Typer(help=words("cli.subscribers"), no_args_is_help=True)

AddressArgument = Annotated[str, typer.Argument(metavar="ADDRESS", help=words("cli.subscribers.argument-address"))]
WordsArgument = Annotated[str, typer.Argument(metavar="WORDS", help=words("cli.subscribers.argument-words"))]


@app.command("list", help=words("cli.subscribers.list"), epilog="distributor subscribers list qq.com --as li")
def list_subscribers(
    search: WordsArgument = "", *, as_json: JsonOption = False, as_: ActorOption = None, config: ConfigOption = None
) -> None:
    """Find subscribers by address."""
    from distributor.cli.container import run_in_container
    from distributor.model.canonical import plain
    from distributor.usecases import list_subscribers as listing

    who = actor(as_)
    found = run_in_container(
        config, who, lambda container: listing.list_subscribers(container.context, who, search, limit=200)
    ).found
    if as_json:
        print(json.dumps(plain(found), ensure_ascii=False))
    elif not found:
        say("cli.subscribers.none")
    else:
        rows = [
            (
                one.subscriber.address,
                "、".join(f"{each.list_id} {words(f'web.subscribe.state-{each.state}')}" for each in one.memberships),
                words(f"web.subscribe.frequency-{one.subscriber.preferences.frequency}"),
            )
            for one in found
        ]
        table(["cli.column.address", "cli.column.list", "web.subscribe.frequency"], rows)


@app.command(
    "export", help=words("cli.subscribers.export"), epilog="distributor subscribers export --as li > all.jsonl"
)
def export(*, as_: ActorOption = None, config: ConfigOption = None) -> None:
    """Print every subscriber with the record of consent, one JSON value a line."""
    from distributor.cli.container import run_in_container
    from distributor.model.canonical import plain
    from distributor.usecases.list_subscribers import export_subscribers

    who = actor(as_)

    async def work(container: "Container") -> None:
        async for one in export_subscribers(container.context, who):
            print(json.dumps(plain(one), ensure_ascii=False))

    run_in_container(config, who, work)


@app.command(
    "remove", help=words("cli.subscribers.remove"), epilog="distributor subscribers remove a@b.example --as li"
)
def remove(address: AddressArgument, *, as_: ActorOption = None, config: ConfigOption = None) -> None:
    """Forget a subscriber."""
    from distributor.cli.container import run_in_container
    from distributor.recipients import clean_address
    from distributor.usecases.list_subscribers import remove_subscriber

    who, clean = actor(as_), clean_address(address)
    was_there = run_in_container(config, who, lambda container: remove_subscriber(container.context, who, clean))
    say("cli.subscribers.removed" if was_there else "cli.subscribers.unknown", address=clean)


@app.command("purge", help=words("cli.subscribers.purge"), epilog="distributor subscribers purge")
def purge(*, config: ConfigOption = None) -> None:
    """Remove what was kept long enough."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.purge_expired import purge_expired

    report = run_in_container(config, actor(None), lambda container: purge_expired(container.context))
    if report is None:
        say("cli.subscribers.purged-today")
    else:
        said = ", ".join(f"{words(f'desk.subscribers.kind-{kind}')} {n}" for kind, n in report.removed.items())
        say("cli.subscribers.purged", removed=said)
