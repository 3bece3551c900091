"""Options that several commands share."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from distributor.access import Actor
from distributor.cli.output import words

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help=words("cli.option.config"), show_default=False, metavar="DIR"),
]
ActorOption = Annotated[str | None, typer.Option("--as", help=words("cli.option.as"), show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help=words("cli.option.json"))]
BulletinArgument = Annotated[str, typer.Argument(metavar="ID", help=words("cli.argument.bulletin"))]


def actor(name: str | None) -> Actor:
    """Make the actor of a command: the named one, or whoever is logged in on this machine."""
    return Actor(name if name is not None else getpass.getuser())
