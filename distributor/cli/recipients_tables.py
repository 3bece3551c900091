"""`distributor recipients import` and `export`: the address book as tables."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.asking import RemovalsOption, YesOption, agreed, allowed_removal
from distributor.cli.options import ActorOption, ConfigOption, actor
from distributor.cli.output import language, say, table, words

if TYPE_CHECKING:
    from distributor.bootstrap import Container
    from distributor.usecases.import_recipients import Prepared, Progress

_MOST_PROBLEMS = 50


def register(app: typer.Typer) -> None:
    """Add the commands."""
    example = "distributor recipients import members.xlsx --group network-members --dry-run --as li"
    app.command("import", help=words("cli.recipients.import"), epilog=example)(import_)
    example = "distributor recipients export members.csv --group network-members"
    app.command("export", help=words("cli.recipients.export"), epilog=example)(export)


def import_(  # noqa: PLR0913  each is an option of the command
    file: Annotated[Path, typer.Argument(metavar="FILE", help=words("cli.argument.table"))],
    *,
    group: Annotated[str | None, typer.Option(help=words("cli.option.import-group"), show_default=False)] = None,
    replace: Annotated[bool, typer.Option("--replace", help=words("cli.option.import-replace"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=words("cli.option.import-dry-run"))] = False,
    yes: YesOption = False,
    allow_removals: RemovalsOption = False,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> int:
    """Show what a table of bodies and mailboxes would change, ask, and make it true; exit code 1 for problems."""
    from distributor.cli.container import run_in_container
    from distributor.cli.parsing import read_bytes
    from distributor.recipients.importing import ImportOptions
    from distributor.usecases.import_recipients import commit_import, prepare_import

    async def work(container: "Container") -> int:
        with _progress() as progress:
            prepared = await prepare_import(
                container.context, read_bytes(file), file.name, ImportOptions(group, replace), progress
            )
        if not _show(prepared):
            return 1
        if dry_run or prepared.summary.is_empty:
            say("cli.recipients.import.dry-run" if dry_run else "cli.recipients.import.nothing")
            return 0
        if not _is_meant(prepared, yes=yes, allow_removals=allow_removals):
            say("cli.apply.left")
            return 1
        with _progress() as progress:
            act = await commit_import(container.context, actor(as_), prepared, allow_removals=True, progress=progress)
        say("cli.recipients.import.done", changes=act.count if act else 0, act=act.id if act else "-")
        return 0

    return run_in_container(config, actor(as_), work)


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=words("cli.argument.export-table"))],
    *,
    form: Annotated[str | None, typer.Option("--format", help=words("cli.option.format"), show_default=False)] = None,
    group: Annotated[str | None, typer.Option(help=words("cli.option.group"), show_default=False)] = None,
    word: Annotated[str, typer.Option("--search", help=words("cli.argument.word"))] = "",
    config: ConfigOption = None,
) -> None:
    """Write bodies and mailboxes into a table that `import` and every spreadsheet can read."""
    from distributor.cli.container import run_in_container
    from distributor.errors import Misconfigured, Refused
    from distributor.model.searching import BookQuery
    from distributor.usecases.export_recipients import FORMATS, export_recipients

    chosen = (form or file.suffix.removeprefix(".") or "csv").lower()
    if chosen not in FORMATS:
        raise Refused("export-format", format=chosen, known="、".join(FORMATS))
    query = BookQuery(word=word, group=group)
    data = run_in_container(
        config, actor(None), lambda container: export_recipients(container.context, query, chosen, language())
    )
    try:
        file.write_bytes(data)
    except OSError as error:
        raise Misconfigured("export-unwritable", folder=str(file), problem=error) from error
    say("cli.recipients.export.done", file=file, size=len(data))


def _show(prepared: "Prepared") -> bool:
    """Print what an import would change, or its problems; returns whether it can be made true."""
    from distributor.cli.changes import print_changes

    draft, summary = prepared.draft, prepared.summary
    passed_over = [column.heading for column in draft.columns if column.field is None and column.heading]
    if passed_over:
        say("cli.recipients.import.passed-over", columns="、".join(passed_over))
    if draft.problem_count:
        rows = [
            (
                problem.line,
                problem.column,
                problem.value,
                words(problem.message, **problem.parameters),
                problem.suggestion,
            )
            for problem in draft.problems[:_MOST_PROBLEMS]
        ]
        table([f"cli.column.{name}" for name in ("line", "column", "value", "problem", "suggestion")], rows)
        say("cli.recipients.import.problems", count=draft.problem_count, rows=draft.rows)
        return False
    for name, like in draft.likenesses:
        say("cli.recipients.import.like", name=name, like=like)
    print_changes((*summary.organizations, *summary.shown))
    say(
        "cli.recipients.import.summary",
        rows=draft.rows,
        bodies=len(summary.organizations),
        added=summary.added,
        changed=summary.changed,
        unchanged=summary.unchanged,
        removed=summary.removed,
    )
    if summary.suppressed:
        say("cli.recipients.import.suppressed", count=summary.suppressed)
    return True


def _is_meant(prepared: "Prepared", *, yes: bool, allow_removals: bool) -> bool:
    removal = prepared.summary.removal
    if removal is not None and not allowed_removal("contacts", *removal, allowed=allow_removals):
        return False
    return agreed("cli.apply.ask", yes=yes)


@contextmanager
def _progress() -> "Iterator[Progress]":
    """Show on a terminal how far an import is."""
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,}"), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        tasks = {name: bar.add_task(words(f"cli.import-step.{name}"), total=None, start=False) for name in _STEPS}

        def tell(step: str, done: int) -> None:
            bar.start_task(tasks[step])
            bar.update(tasks[step], completed=done)

        yield tell


_STEPS = ("read", "compare", "write")
