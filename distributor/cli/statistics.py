"""`distributor contributions`: who supplied how many items."""

import sys
from datetime import date
from typing import Annotated

import typer

from distributor.cli.options import ConfigOption, actor
from distributor.cli.output import language, say, table, words
from distributor.errors import Refused

FirstOption = Annotated[str | None, typer.Option("--from", help=words("cli.option.from"), show_default=False)]
LastOption = Annotated[str | None, typer.Option("--to", help=words("cli.option.to"), show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the command."""
    example = "distributor contributions --from 2023-01-01 --to 2023-12-31 --csv > 2023.csv"
    app.command("contributions", help=words("cli.contributions"), epilog=example)(contributions)


def contributions(
    *,
    first: FirstOption = None,
    last: LastOption = None,
    as_csv: Annotated[bool, typer.Option("--csv", help=words("cli.option.csv"))] = False,
    detail: Annotated[bool, typer.Option("--detail", help=words("cli.option.detail"))] = False,
    config: ConfigOption = None,
) -> None:
    """Count what every contributor supplied, in a period, by bulletin with --detail."""
    from distributor.cli.container import run_in_container
    from distributor.usecases import contribution_ledger as usecase

    period = (_day(first), _day(last))
    ledger = run_in_container(
        config, actor(None), lambda container: usecase.contribution_ledger(container.context, *period)
    )
    if as_csv:
        write = usecase.detail_csv if detail else usecase.summary_csv
        sys.stdout.buffer.write(write(ledger, language()))
        return
    if detail:
        columns = [f"ledger.{name}" for name in ("contributor", "issue", "date", "items")]
        table(
            columns, [(line.name, one.issue, one.day, one.items) for line in ledger.lines for one in line.by_bulletin]
        )
    else:
        columns = [f"ledger.{name}" for name in ("contributor", "items", "bulletins")]
        table(columns, [(line.name, line.items, len(line.by_bulletin)) for line in ledger.lines])
    say("cli.contributions.total", contributors=len(ledger.lines), items=ledger.items, bulletins=ledger.bulletins)


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise Refused("date-unreadable", text=text) from error
