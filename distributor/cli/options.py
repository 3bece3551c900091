"""Options that several commands share."""

import getpass
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from distributor.access import Actor
from distributor.cli.output import note, words
from distributor.errors import Refused


def _acting(context: typer.Context, name: str | None) -> str:
    """Take the name of who acts; without one, say whose was taken once the act is done: a refusal is one sentence."""
    if name is None:
        taken = _logged_in()
        context.call_on_close(lambda: None if sys.exc_info()[1] else note("cli.acting-as", name=taken))
        return taken
    if not name.strip() or not name.isprintable():
        raise Refused("actor-unnamed")
    return name.strip()


def _logged_in() -> str:
    """Whoever is logged in on this machine; a container may run under a number that has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"


ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help=words("cli.option.config"), show_default=False, metavar="DIR"),
]
ActorOption = Annotated[
    str | None, typer.Option("--as", help=words("cli.option.as"), show_default=False, callback=_acting)
]
JsonOption = Annotated[bool, typer.Option("--json", help=words("cli.option.json"))]
BulletinArgument = Annotated[str, typer.Argument(metavar="ID", help=words("cli.argument.bulletin"))]


def actor(name: str | None) -> Actor:
    """Make the actor of a command: the named one, or whoever is logged in on this machine."""
    return Actor(name if name is not None else _logged_in())
