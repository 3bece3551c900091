"""How help reads: commands by what they are for, in the reader's language, with Chinese that can be wrapped."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import typer
from rich.cells import cell_len

from distributor.cli.output import words

SHELVES: Final = {
    "start": ("demo", "init", "doctor", "serve", "worker"),
    "bulletins": (
        *("parse", "receive", "bulletins", "plan", "sign-off", "publish", "correct", "discard", "withdraw"),
        "contributions",
    ),
    "sending": (
        *("schedule", "send", "notify", "runs", "history", "pause", "resume", "retry", "resolve", "cancel"),
        *("test-mail", "bounce"),
    ),
    "readers": ("recipients", "subscribers", "feeds"),
    "site": ("export", "rebuild"),
    "house": ("apply", "export-config", "backup", "restore", "database", "user", "token", "audit", "dkim"),
}
_NAMES: Final = ("-h", "--help")
# Chinese has no spaces, and the option parser breaks lines at spaces alone: what does not fit would be cut
_AFTER_MARK: Final = re.compile(r"(?<=[，；：、。）])(?=[^\s，；：、。）」』”])|(?<=[^\s])(?=（)")
_FITS: Final = 24


def wants_help(arguments: Sequence[str]) -> bool:
    """Tell whether the arguments ask for help."""
    return not arguments or not set(_NAMES).isdisjoint(arguments)


def wrappable(sentence: str) -> str:
    """Let a long sentence be broken after a Chinese mark; what fits into a narrow column stays as it is."""
    lines = [""]
    for clause in _AFTER_MARK.split(sentence):
        if lines[-1] and cell_len(lines[-1].rpartition(" ")[2] + clause) > _FITS:
            lines.append(clause)
        else:
            lines[-1] += clause
    return " ".join(lines)


def dress(command: Any) -> None:  # noqa: ANN401  the option parser gives its classes no public names
    """Give a command and all below it the words and the order of the help.

    Args:
        command: the program, as the option parser built it.
    """
    from typer import rich_utils

    rich_utils.ARGUMENTS_PANEL_TITLE = words("cli.help.arguments")
    rich_utils.OPTIONS_PANEL_TITLE = words("cli.help.options")
    rich_utils.COMMANDS_PANEL_TITLE = words("cli.help.commands")
    rich_utils.DEFAULT_STRING = words("cli.help.default")
    rich_utils.REQUIRED_LONG_STRING = words("cli.help.required")
    _shelve(command)
    _reword(command)


def _shelve(program: Any) -> None:  # noqa: ANN401  as above
    ordered = {}
    for shelf, names in SHELVES.items():
        for name in names:
            ordered[name] = program.commands[name]
            ordered[name].rich_help_panel = words(f"cli.shelf.{shelf}")
    program.commands = ordered
    program.list_commands = lambda _context: list(ordered)


def _reword(command: Any) -> None:  # noqa: ANN401  as above
    command.help = wrappable(command.help or "")
    command.options_metavar = words("cli.help.options-place")
    command.subcommand_metavar = words("cli.help.command-place")
    command.get_usage = partial(_usage, command.get_usage)
    for parameter in command.params:
        parameter.help = wrappable(parameter.help or "")
    command.get_help_option(typer.Context(command, help_option_names=list(_NAMES))).help = words("cli.help.help")
    for below in getattr(command, "commands", {}).values():
        _reword(below)


def _usage(english: Callable[[Any], str], context: Any) -> str:  # noqa: ANN401  as above
    return english(context).replace("Usage: ", words("cli.help.usage"), 1)
