"""`distributor init` and `apply`: set an installation up and change its address book from files."""

import typer

from distributor.cli.options import ActorOption, ConfigOption, actor
from distributor.cli.output import say, words


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("init", help=words("cli.init"), epilog="distributor init --config config")(init)
    app.command("apply", help=words("cli.apply"), epilog="distributor apply --config config --as li")(apply)


def init(*, as_: ActorOption = None, config: ConfigOption = None) -> None:
    """Make the database and the keys, or bring them up to date."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.set_up import set_up

    done = run_in_container(config, actor(as_), lambda container: set_up(container.context, actor(as_)), ready=False)
    say("cli.init.new" if done.is_new else "cli.init.done")


def apply(*, as_: ActorOption = None, config: ConfigOption = None) -> None:
    """Apply organizations, recipients and schedules."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.apply_configuration import apply_configuration

    applied = run_in_container(
        config,
        actor(as_),
        lambda container: apply_configuration(container.context, actor(as_)),
    )
    book = applied.book
    say(
        "cli.apply.done",
        organizations=len(book.organizations),
        contacts=len(book.contacts),
        groups=len(book.groups),
        lists=len(book.lists),
        schedules=len(applied.schedules),
    )
