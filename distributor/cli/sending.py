"""Commands about sending: send, runs."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.options import ActorOption, BulletinArgument, ConfigOption, JsonOption, actor
from distributor.cli.output import console, say, table, words
from distributor.model.canonical import plain
from distributor.model.run import DeliveryState

if TYPE_CHECKING:
    from distributor.bootstrap import Container
    from distributor.usecases.list_runs import RunSummary
    from distributor.usecases.send_bulletin import Started

_COUNTED = (
    DeliveryState.SENT,
    DeliveryState.FAILED,
    DeliveryState.SUPPRESSED,
    DeliveryState.CANCELLED,
    DeliveryState.PENDING,
    DeliveryState.CLAIMED,
    DeliveryState.DEFERRED,
    DeliveryState.IN_DOUBT,
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("send", help=words("cli.send"), epilog="distributor send ID --list bao --dry-run --as wang")(send)
    app.command("runs", help=words("cli.runs"), epilog="distributor runs ID --json")(runs)


def send(
    bulletin_id: BulletinArgument,
    *,
    lists: Annotated[list[str] | None, typer.Option("--list", help=words("cli.option.list"))] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=words("cli.option.dry-run"))] = False,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> int:
    """Send a signed bulletin at once to everybody who has not been served; exit code 1 when something is left."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.list_runs import list_runs
    from distributor.usecases.send_bulletin import send_bulletin
    from distributor.usecases.send_due import send_due

    async def work(container: "Container") -> "tuple[Started, tuple[RunSummary, ...]]":
        context = container.context
        started = await send_bulletin(context, actor(as_), bulletin_id, lists, dry_run=dry_run)
        if started.runs and not dry_run:
            async with container.transport() as transport:
                await send_due(context, transport, container.settings.smtp.connections)
        ids = {entry.run.id for entry in started.runs}
        return started, tuple(entry for entry in await list_runs(context) if entry.run.id in ids)

    started, summaries = run_in_container(config, actor(as_), work)
    if started.record.published is None:
        say("cli.send.unpublished", id=bulletin_id)
    if not started.runs:
        say("cli.send.nobody")
        return 0
    if dry_run:
        rows = [
            (entry.run.list_id, one.organization_name, one.address)
            for entry in started.runs
            for one in entry.deliveries
        ]
        table(["cli.column.list", "cli.column.organization", "cli.column.address"], rows)
        say("cli.send.dry-run", addresses=len(rows))
        return 0
    _print_runs(summaries)
    return 0 if all(entry.counts.of(DeliveryState.SENT) == entry.counts.total for entry in summaries) else 1


def runs(
    run_id: Annotated[str | None, typer.Argument(metavar="[ID]", help=words("cli.argument.run"))] = None,
    *,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show all runs, or every delivery of one."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.list_runs import list_runs, show_run

    if run_id is None:
        found = run_in_container(config, actor(None), lambda container: list_runs(container.context))
        if as_json:
            print(json.dumps([_run_json(entry) for entry in found], ensure_ascii=False))
        elif not found:
            say("cli.runs.none")
        else:
            _print_runs(found)
        return
    summary, ledger = run_in_container(config, actor(None), lambda container: show_run(container.context, run_id))
    if as_json:
        print(json.dumps({**_run_json(summary), "deliveries": plain(ledger)}, ensure_ascii=False))
        return
    _print_runs([summary])
    rows = [
        (
            row.delivery.organization_name,
            row.delivery.address,
            words(f"delivery.{row.delivery.state.value}"),
            row.finished or row.next_attempt,
            "" if row.reply is None else f"{row.reply.code or ''} {row.reply.text}".strip(),
        )
        for row in ledger
    ]
    table([f"cli.column.{name}" for name in ("organization", "address", "state", "moment", "reply")], rows)


def _run_json(entry: "RunSummary") -> dict[str, object]:
    run = plain(entry.run)
    return {
        **(run if isinstance(run, dict) else {}),
        "total": entry.counts.total,
        "finished": entry.counts.is_finished,
        "states": {state.value: entry.counts.of(state) for state in _COUNTED},
    }


def _print_runs(found: "tuple[RunSummary, ...] | list[RunSummary]") -> None:
    columns = ("id", "bulletin", "list", "total", "sent", "failed", "waiting", "in-doubt", "excluded")
    rows = [
        (
            entry.run.id,
            entry.run.bulletin_id,
            entry.run.list_id,
            entry.counts.total,
            entry.counts.of(DeliveryState.SENT),
            entry.counts.of(DeliveryState.FAILED),
            entry.counts.of(DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.DEFERRED),
            entry.counts.of(DeliveryState.IN_DOUBT),
            entry.run.excluded,
        )
        for entry in found
    ]
    table([f"cli.column.{name}" for name in columns], rows)
    console.print()
