"""`distributor bounce`: take one mail that came back, as the last step of a mail server's pipe."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.options import ConfigOption, actor
from distributor.cli.output import fail, language, words
from distributor.errors import DistributorError

if TYPE_CHECKING:
    from distributor.model.report import TakenReport

_MOST_BYTES = 50 * 1024 * 1024


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("bounce", help=words("cli.bounce"), epilog="distributor bounce --recipient ADDRESS < message")(bounce)


def bounce(
    *,
    recipient: Annotated[str, typer.Option(metavar="ADDRESS", help=words("cli.option.recipient"))] = "",
    quiet: Annotated[bool, typer.Option("--quiet", help=words("cli.option.quiet"))] = False,
    config: ConfigOption = None,
) -> int:
    """Take one mail from standard input; the exit code is what mail servers expect (sysexits.h).

    Whatever was read is taken, also what is no report: a mail server would answer a refusal with a report of its own.
    """
    from sqlalchemy.exc import DBAPIError

    from distributor.cli.container import run_in_container
    from distributor.model.report import Taking
    from distributor.usecases.take_bounce import take_bounce

    data = sys.stdin.buffer.read(_MOST_BYTES)
    try:
        taken: TakenReport = run_in_container(
            config, actor(None), lambda container: take_bounce(container.context, data, recipient)
        )
    except DistributorError as error:
        from distributor.i18n import error_sentence

        return fail(error_sentence(error, language()), os.EX_TEMPFAIL)
    except DBAPIError as error:
        return fail(str(error.orig), os.EX_TEMPFAIL)
    if not quiet:
        print(words(f"taking.{taken.taking.value}"))
    return os.EX_TEMPFAIL if taken.taking is Taking.EARLY else os.EX_OK
