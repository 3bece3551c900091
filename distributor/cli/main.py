"""The program `distributor`: one group of commands, and the only place where errors become exit codes."""

import sys
from collections.abc import Sequence

import typer

from distributor.cli import (
    api_tokens,
    audit,
    backup,
    bounce,
    bulletins,
    database,
    demo,
    dkim,
    doctor,
    exporting,
    feeds,
    installation,
    operating,
    parsing,
    planning,
    publishing,
    recipients,
    schedules,
    sending,
    serving,
    statistics,
    subscribers,
    trial,
    users,
)
from distributor.cli.help import dress, wants_help
from distributor.cli.output import fail, language, words
from distributor.errors import DistributorError
from distributor.i18n import error_sentence

_INTERRUPTED = 130

app = typer.Typer(
    name="distributor",
    help=words("cli.help"),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    add_completion=False,
)
for module in (
    parsing,
    bounce,
    installation,
    bulletins,
    publishing,
    statistics,
    exporting,
    planning,
    sending,
    operating,
    backup,
    serving,
    trial,
    doctor,
    demo,
):
    module.register(app)
app.add_typer(recipients.app, name="recipients")
app.add_typer(feeds.app, name="feeds")
app.add_typer(schedules.app, name="schedule")
app.add_typer(subscribers.app, name="subscribers")
app.add_typer(users.app, name="user")
app.add_typer(api_tokens.app, name="token")
app.add_typer(database.app, name="database")
app.add_typer(audit.app, name="audit")
app.add_typer(dkim.app, name="dkim")


def run() -> None:
    """Run the program with the arguments of the process and leave with its exit code."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run one command and give its exit code: 0 done, 1 something is left undone, 2 refused.

    Args:
        arguments: as after the name of the program.
    """
    command = typer.main.get_group(app)
    if wants_help(arguments):
        dress(command)
    try:
        # without a command one wants to know which there are
        code = command.main(list(arguments) or ["--help"], prog_name="distributor", standalone_mode=False)
    except DistributorError as error:
        return fail(error_sentence(error, language()), error.exit_code)
    except typer.TyperException as error:
        problem = error.format_message()
        # a group that was named without a command has shown its help, and nothing is wrong
        return fail(words("cli.usage", problem=problem), 2) if problem else 2
    except (KeyboardInterrupt, typer.Abort):
        return _INTERRUPTED
    return code if isinstance(code, int) else 0
