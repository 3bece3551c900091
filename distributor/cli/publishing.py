"""Commands about what readers get: correct, discard, notify, withdraw, rebuild."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.access import Actor
from distributor.cli.options import ActorOption, BulletinArgument, ConfigOption, actor
from distributor.cli.output import counting, say, table, words
from distributor.model.revision import UnderWay

UnderWayOption = Annotated[
    UnderWay, typer.Option("--under-way", metavar="stop|finish", help=words("cli.option.under-way"))
]

if TYPE_CHECKING:
    from distributor.bootstrap import Container


def register(app: typer.Typer) -> None:
    """Add the commands."""
    example = "distributor correct ID corrected.docx --note … --as li"
    app.command("correct", help=words("cli.correct"), epilog=example)(correct)
    app.command("discard", help=words("cli.discard"), epilog="distributor discard ID --as li")(discard)
    app.command("notify", help=words("cli.notify"), epilog="distributor notify ID --dry-run --as wang")(notify)
    example = "distributor withdraw ID --item KEY --reason … --as wang"
    app.command("withdraw", help=words("cli.withdraw"), epilog=example)(withdraw)
    app.command("rebuild", help=words("cli.rebuild"), epilog="distributor rebuild --as wang")(rebuild)


def correct(  # noqa: PLR0913  an option of the command line is a parameter
    bulletin_id: BulletinArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=words("cli.argument.corrected"))],
    *,
    note: Annotated[str, typer.Option(help=words("cli.option.note"), show_default=False)] = "",
    under_way: UnderWayOption = UnderWay.FINISH,
    yes: Annotated[bool, typer.Option("--yes", help=words("cli.option.yes"))] = False,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> int:
    """Hold a corrected file against a bulletin, show what changes, and keep it; exit code 1 when it is not wanted."""
    from distributor.cli.container import run_in_container

    wanted = _Wanted(bulletin_id, file, note, yes, under_way)
    return run_in_container(config, actor(as_), lambda container: _correct(container, actor(as_), wanted))


def discard(bulletin_id: BulletinArgument, *, as_: ActorOption = None, config: ConfigOption = None) -> None:
    """Give up a correction that is not published yet."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.correct_bulletin import discard_correction

    run_in_container(
        config, actor(as_), lambda container: discard_correction(container.context, actor(as_), bulletin_id)
    )
    say("cli.discard.done", id=bulletin_id)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the command line asks for."""

    bulletin_id: str
    file: Path
    note: str
    yes: bool
    under_way: UnderWay


async def _correct(container: "Container", who: Actor, wanted: _Wanted) -> int:
    from distributor.cli.differences import print_correction
    from distributor.cli.findings import print_findings
    from distributor.cli.parsing import read_bytes
    from distributor.usecases.correct_bulletin import correct_bulletin, read_correction

    data = read_bytes(wanted.file)
    read = await read_correction(container.context, who, wanted.bulletin_id, (data, wanted.file.name))
    print_correction(read.correction)
    print_findings(read.received.findings)
    if not wanted.yes and not typer.confirm(words("cli.correct.ask")):
        say("cli.correct.kept")
        return 1
    await correct_bulletin(container.context, who, read, data, wanted.note, under_way=wanted.under_way)
    say("cli.correct.replaced" if read.is_draft else "cli.correct.waits", id=wanted.bulletin_id)
    return 0


def notify(
    bulletin_id: BulletinArgument,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=words("cli.option.dry-run"))] = False,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> None:
    """Freeze the notices of a correction to exactly those who received the version before it; a worker sends them."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.notify_correction import notify_correction

    done = run_in_container(
        config,
        actor(as_),
        lambda container: notify_correction(container.context, actor(as_), bulletin_id, dry_run=dry_run),
    )
    told = [one for run in done.runs for one in run.deliveries]
    columns = [f"cli.column.{name}" for name in ("list", "organization", "address")]
    table(columns, [(one.list_id, one.organization_name, one.address) for one in told])
    message = "cli.notify.dry-run" if dry_run else "cli.notify.frozen"
    say(message, addresses=len(told), left_out=len(done.left_out))


def withdraw(  # noqa: PLR0913  an option of the command line is a parameter
    bulletin_id: BulletinArgument,
    *,
    item: Annotated[str | None, typer.Option(help=words("cli.option.item"), show_default=False)] = None,
    reason: Annotated[str, typer.Option(help=words("cli.option.reason"), show_default=False)] = "",
    under_way: UnderWayOption = UnderWay.STOP,
    undo: Annotated[bool, typer.Option("--undo", help=words("cli.option.undo"))] = False,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> None:
    """Take a bulletin or an item back, or bring it back."""
    from distributor.cli.container import run_in_container
    from distributor.usecases import withdraw_bulletin as usecase

    who = actor(as_)
    if undo:
        run_in_container(config, who, lambda one: usecase.undo_withdrawal(one.context, who, bulletin_id, item))
        say("cli.withdraw.undone")
        return
    done = run_in_container(
        config,
        who,
        lambda one: usecase.withdraw_bulletin(one.context, who, bulletin_id, reason, item, under_way=under_way),
    )
    say("cli.withdraw.done", cancelled=done.cancelled, holders=len(done.holders))
    rows = [(row.delivery.organization_name, row.delivery.address, row.finished) for row in done.holders]
    if rows:
        table([f"cli.column.{name}" for name in ("organization", "address", "moment")], rows)


def rebuild(*, as_: ActorOption = None, config: ConfigOption = None) -> None:
    """Render all feeds anew, after a change of settings or a new version."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.rebuild_site import rebuild_site

    with counting("cli.rebuild.progress") as progress:
        done = run_in_container(
            config, actor(as_), lambda container: rebuild_site(container.context, actor(as_), progress)
        )
    say("cli.rebuild.done", bulletins=done.bulletins, written=done.written, retired=done.retired)
