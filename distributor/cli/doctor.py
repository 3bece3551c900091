"""`distributor doctor`: what would go wrong with this installation, and what to do about it."""

import typer

from distributor.cli.options import ConfigOption, actor
from distributor.cli.output import console, language, say, words
from distributor.i18n import error_sentence


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor", help=words("cli.doctor"), epilog="distributor doctor")(doctor)


def doctor(*, config: ConfigOption = None) -> int:
    """Look at database, keys, calendar, templates, recipients, relay and DNS; exit code 1 when sending would fail."""
    from distributor.cli.container import run_in_container
    from distributor.cli.findings import print_findings
    from distributor.usecases.diagnose import diagnose

    diagnosis = run_in_container(
        config,
        actor(None),
        lambda container: diagnose(
            container.context,
            container.installation,
            lambda part: console.print(words(f"cli.doctor.{part}"), style="dim", markup=False),
        ),
    )
    print_findings(diagnosis.findings)
    for error in diagnosis.errors:
        console.print(f"{words('level.blocking')} {error_sentence(error, language())}", style="bold red", markup=False)
    say("cli.doctor.healthy" if diagnosis.is_healthy else "cli.doctor.ill")
    return 0 if diagnosis.is_healthy else 1
