"""Ask a person at the terminal before something is done; without one, only an option can say yes."""

import sys
from typing import Annotated

import typer

from distributor.cli.output import words
from distributor.errors import Refused

YesOption = Annotated[bool, typer.Option("--yes", "-y", help=words("cli.option.yes"))]
RemovalsOption = Annotated[bool, typer.Option("--allow-removals", help=words("cli.option.allow-removals"))]


def agreed(question: str, *, yes: bool) -> bool:
    """Whether a person agrees.

    Args:
        question: message id of the question.
        yes: they said so already, by an option.

    Raises:
        Refused: `needs-yes` when nobody sits at a terminal.
    """
    if yes:
        return True
    if not sys.stdin.isatty():
        raise Refused("needs-yes")
    return typer.confirm(words(question))


def allowed_removal(kind: str, removed: int, total: int, *, allowed: bool) -> bool:
    """Whether a person means a mass removal.

    Args:
        kind: kind of row.
        removed: how many go.
        total: how many there are.
        allowed: they said so already, by an option.

    Raises:
        Refused: `mass-removal` when nobody sits at a terminal.
    """
    if allowed:
        return True
    if not sys.stdin.isatty():
        raise Refused("mass-removal", kind=kind, removed=removed, total=total)
    named = words(f"cli.change.{kind}")
    return typer.confirm(words("cli.apply.ask-removal", kind=named, removed=removed, total=total))
