"""`distributor audit …`: the audit log."""

from typing import Annotated

import typer

from distributor.cli.options import ConfigOption, actor
from distributor.cli.output import say, words
from distributor.errors import Conflict
from distributor.i18n import translate

app = typer.Typer(help=words("cli.audit"), no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep the name of the command, although it is the only one of its group."""


@app.command("verify", help=words("cli.audit.verify"), epilog="distributor audit verify --known 9f2c4e…")
def verify(
    *,
    known: Annotated[str | None, typer.Option(help=words("cli.audit.option-known"), show_default=False)] = None,
    config: ConfigOption = None,
) -> None:
    """Check the chain; refuses with the first link that does not hold."""
    from distributor.cli.container import run_in_container
    from distributor.cli.output import language
    from distributor.usecases.verify_audit import verify_audit

    found = run_in_container(config, actor(None), lambda container: verify_audit(container.context, known))
    if found.broken is not None:
        problem = translate(f"desk.broken.{found.broken.problem}", language())
        raise Conflict("audit-broken", position=found.broken.position, problem=problem)
    if not found.holds_known:
        raise Conflict("audit-unknown-hash", hash=known)
    say("cli.audit.holds", count=found.entries, hash=found.end)
