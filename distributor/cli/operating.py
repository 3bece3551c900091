"""Commands of the operator on runs: pause, resume, retry, resolve, cancel, reopen, history."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from distributor.cli.options import ActorOption, ConfigOption, JsonOption, actor
from distributor.cli.output import say, table, words
from distributor.model.canonical import plain
from distributor.model.run import DeliveryState

RunArgument = Annotated[str, typer.Argument(metavar="RUN", help=words("cli.argument.one-run"))]
SelectOption = Annotated[
    list[str] | None, typer.Option("--delivery", metavar="ID", help=words("cli.option.delivery"), show_default=False)
]


class Fate(StrEnum):
    """What became of a delivery in doubt."""

    SENT = "sent"
    AGAIN = "again"
    FAILED = "failed"


_STATES = {Fate.SENT: DeliveryState.SENT, Fate.AGAIN: DeliveryState.PENDING, Fate.FAILED: DeliveryState.FAILED}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("pause", help=words("cli.pause"), epilog="distributor pause RUN --as wang")(pause)
    app.command("resume", help=words("cli.resume"), epilog="distributor resume RUN --as wang")(resume)
    app.command("retry", help=words("cli.retry"), epilog="distributor retry RUN --delivery ID --as wang")(retry)
    app.command("resolve", help=words("cli.resolve"), epilog="distributor resolve RUN sent --as wang")(resolve)
    app.command("cancel", help=words("cli.cancel"), epilog="distributor cancel RUN --as wang")(cancel)
    app.command("reopen", help=words("cli.reopen"), epilog="distributor reopen RUN --as wang")(reopen)
    app.command("history", help=words("cli.history"), epilog="distributor history RUN --json")(history)


def pause(run_id: RunArgument, *, as_: ActorOption = None, config: ConfigOption = None) -> None:
    """Let a run stand still; what is in flight is finished."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.pause_run import pause_run

    changed = run_in_container(config, actor(as_), lambda container: pause_run(container.context, actor(as_), run_id))
    say("cli.pause.done" if changed else "cli.pause.already", id=run_id)


def resume(run_id: RunArgument, *, as_: ActorOption = None, config: ConfigOption = None) -> None:
    """Let a run go on, also one that asks because it is late or was restored."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.resume_run import resume_run

    changed = run_in_container(config, actor(as_), lambda container: resume_run(container.context, actor(as_), run_id))
    say("cli.resume.done" if changed else "cli.resume.already", id=run_id)


def retry(
    run_id: RunArgument, *, delivery: SelectOption = None, as_: ActorOption = None, config: ConfigOption = None
) -> None:
    """Send failed deliveries again, all or selected ones."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.retry_deliveries import retry_deliveries

    number = run_in_container(
        config,
        actor(as_),
        lambda container: retry_deliveries(container.context, actor(as_), run_id, delivery or None),
    )
    say("cli.retry.done" if number else "cli.retry.none", number=number, id=run_id)


def resolve(
    run_id: RunArgument,
    fate: Annotated[Fate, typer.Argument(metavar="sent|again|failed", help=words("cli.argument.fate"))],
    *,
    delivery: SelectOption = None,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> None:
    """Say what became of deliveries in doubt."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.settle_doubt import settle_doubt

    number = run_in_container(
        config,
        actor(as_),
        lambda container: settle_doubt(container.context, actor(as_), run_id, _STATES[fate], delivery or None),
    )
    say("cli.resolve.done" if number else "cli.resolve.none", number=number, id=run_id)


def cancel(run_id: RunArgument, *, as_: ActorOption = None, config: ConfigOption = None) -> None:
    """Send nothing more of a run."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.cancel_run import cancel_run

    number = run_in_container(config, actor(as_), lambda container: cancel_run(container.context, actor(as_), run_id))
    say("cli.cancel.done" if number else "cli.cancel.none", number=number, id=run_id)


def reopen(run_id: RunArgument, *, as_: ActorOption = None, config: ConfigOption = None) -> None:
    """Take the cancelling of a run back; it stands still until it is resumed."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.reopen_run import reopen_run

    number = run_in_container(config, actor(as_), lambda container: reopen_run(container.context, actor(as_), run_id))
    say("cli.reopen.done" if number else "cli.reopen.none", number=number, id=run_id)


def history(run_id: RunArgument, *, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """Show what people and guards did to a run."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.list_runs import show_run_history

    found = run_in_container(config, actor(None), lambda container: show_run_history(container.context, run_id))
    if as_json:
        print(json.dumps(plain(found), ensure_ascii=False))
        return
    rows = [(event.at, event.actor, words(f"run-act.{event.act}"), event.detail, event.number) for event in found]
    table([f"cli.column.{name}" for name in ("moment", "actor", "act", "detail", "number")], rows)
