"""`distributor backup` and `distributor restore`: everything in one file, and back from it."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.asking import YesOption, agreed
from distributor.cli.options import ActorOption, ConfigOption, JsonOption, actor
from distributor.cli.output import counting, say, words

if TYPE_CHECKING:
    from distributor.usecases.backup_reader import BackupReader
    from distributor.usecases.restore_backup import Restored

_MEGABYTE = 1024 * 1024


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("backup", help=words("cli.backup"), epilog="distributor backup /var/backups/distributor --keep 14")(
        backup
    )
    app.command("restore", help=words("cli.restore"), epilog="distributor restore distributor-20261124T010000Z.tar")(
        restore
    )


def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE|DIR", help=words("cli.argument.backup"))],
    *,
    with_secrets: Annotated[bool, typer.Option("--with-secrets", help=words("cli.option.with-secrets"))] = False,
    keep: Annotated[
        int | None, typer.Option("--keep", min=1, metavar="N", help=words("cli.option.keep"), show_default=False)
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Write everything into one file while the program runs."""
    from distributor.cli.container import run_on_premises
    from distributor.usecases.make_backup import Wanted, make_backup

    wanted = Wanted(target, with_secrets, keep)
    with counting("cli.backup.progress") as progress:
        made = run_on_premises(config, lambda premises: make_backup(premises, wanted, progress))
    if as_json:
        _print_json(made.file, made.manifest.rows, [str(file) for file in made.removed])
        return
    size = f"{made.size / _MEGABYTE:.1f}"
    say("cli.backup.done", file=made.file, rows=made.manifest.rows, tables=len(made.manifest.tables), megabytes=size)
    if made.removed:
        say("cli.backup.removed", number=len(made.removed))
    say("cli.backup.with-secrets" if with_secrets else "cli.backup.without-secrets")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=words("cli.argument.restore"))],
    *,
    check: Annotated[bool, typer.Option("--check", help=words("cli.option.check-only"))] = False,
    replace: Annotated[bool, typer.Option("--replace", help=words("cli.option.restore-replace"))] = False,
    yes: YesOption = False,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> int:
    """Look at every part of a backup, then bring everything back."""
    from distributor.cli.container import run_on_premises
    from distributor.usecases.backup_reader import BackupReader
    from distributor.usecases.restore_backup import restore_backup

    with BackupReader(file) as reader:
        with counting("cli.restore.checking") as progress:
            reader.verify(progress)
        _describe(reader)
        if check:
            return 0
        if replace and not agreed("cli.restore.ask", yes=yes):
            say("cli.apply.left")
            return 1
        _bring_settings(reader, config)
        with counting("cli.restore.progress") as progress:
            done = run_on_premises(
                config, lambda premises: restore_backup(premises, actor(as_), reader, progress, replace=replace)
            )
    _report(done)
    return 0


def _describe(reader: "BackupReader") -> None:
    manifest = reader.manifest
    say(
        "cli.restore.checked",
        made=f"{manifest.made:%Y-%m-%d %H:%M %z}",
        publication=manifest.publication,
        program=manifest.program,
        schema=manifest.schema,
        rows=manifest.rows,
        tables=len(manifest.tables),
    )
    say("cli.backup.with-secrets" if manifest.has_secrets else "cli.backup.without-secrets")


def _bring_settings(reader: "BackupReader", config: Path | None) -> None:
    """Where a folder of settings was named that is empty, those of the backup are needed first."""
    from distributor.usecases.restored_files import bring_settings

    named = config or (Path(os.environ["DISTRIBUTOR_CONFIG"]) if os.environ.get("DISTRIBUTOR_CONFIG") else None)
    if named is not None and bring_settings(reader, named):
        say("cli.restore.settings", folder=named)


def _report(done: "Restored") -> None:
    say("cli.restore.done", rows=done.rows, keys=done.keys)
    if done.former is not None:
        say("cli.restore.former", place=done.former)
    if done.settings is not None:
        say("cli.restore.other-settings", folder=done.settings)
    say("cli.restore.held", number=done.held)


def _print_json(file: Path, rows: int, removed: list[str]) -> None:
    import json

    print(json.dumps({"file": str(file), "rows": rows, "removed": removed}, ensure_ascii=False))
