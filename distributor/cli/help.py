"""How help reads: commands by what they are for, in the reader's language, with Chinese that can be wrapped."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import typer
from rich.cells import cell_len
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from distributor.cli.output import words

SHELVES: Final = {
    "start": ("demo", "init", "doctor", "serve", "worker"),
    "bulletins": (
        *("parse", "receive", "bulletins", "plan", "sign-off", "publish", "correct", "discard", "withdraw"),
        "contributions",
    ),
    "sending": (
        *("schedule", "send", "notify", "runs", "history", "pause", "resume", "retry", "resolve"),
        *("cancel", "reopen"),
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


def dress(command: TyperGroup) -> None:
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


def _shelve(program: TyperGroup) -> None:
    ordered = {}
    for shelf, names in SHELVES.items():
        for name in names:
            ordered[name] = program.commands[name]
            # the parser itself keeps the shelf as an attribute that its type does not name
            vars(ordered[name])["rich_help_panel"] = words(f"cli.shelf.{shelf}")
    program.commands = ordered


def _reword(command: TyperCommand | TyperGroup) -> None:
    command.help = wrappable(command.help or "")
    command.options_metavar = words("cli.help.options-place")
    vars(command)["get_usage"] = partial(_usage, command.get_usage)
    for parameter in command.params:
        if isinstance(parameter, TyperOption | TyperArgument):
            parameter.help = wrappable(parameter.help or "")
    own = command.get_help_option(typer.Context(command, help_option_names=list(_NAMES)))
    if own is not None:
        own.help = words("cli.help.help")
    if isinstance(command, TyperGroup):
        command.subcommand_metavar = words("cli.help.command-place")
        for below in command.commands.values():
            if isinstance(below, TyperCommand | TyperGroup):
                _reword(below)


def _usage(english: Callable[[typer.Context], str], context: typer.Context) -> str:
    return english(context).replace("Usage: ", words("cli.help.usage"), 1)
