"""Commands about what readers get: rebuild."""

import typer

from distributor.cli.options import ActorOption, ConfigOption, actor
from distributor.cli.output import counting, say, words


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("rebuild", help=words("cli.rebuild"), epilog="distributor rebuild --as wang")(rebuild)


def rebuild(*, as_: ActorOption = None, config: ConfigOption = None) -> None:
    """Render all feeds anew, after a change of settings or a new version."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.rebuild_site import rebuild_site

    with counting("cli.rebuild.progress") as progress:
        done = run_in_container(
            config, actor(as_), lambda container: rebuild_site(container.context, actor(as_), progress)
        )
    say("cli.rebuild.done", bulletins=done.bulletins, written=done.written, retired=done.retired)
