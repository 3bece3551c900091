"""`distributor init`, `apply` and `export-config`: set an installation up, and its configuration as files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.asking import RemovalsOption, YesOption, agreed, allowed_removal
from distributor.cli.options import ActorOption, ConfigOption, actor
from distributor.cli.output import say, words

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from distributor.bootstrap import Container
    from distributor.usecases.plan_configuration import ConfigurationPlan
    from distributor.usecases.premises import Premises


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("init", help=words("cli.init"), epilog="distributor init --config config")(init)
    app.command("apply", help=words("cli.apply"), epilog="distributor apply --config config --yes --as li")(apply)
    app.command("export-config", help=words("cli.export-config"), epilog="distributor export-config var/export")(
        export_config
    )


def init(*, as_: ActorOption = None, config: ConfigOption = None) -> None:
    """Make the database and the keys, or bring them up to date; a named folder without settings gets the usual ones."""
    from distributor import settings
    from distributor.cli.container import run_in_container, run_on_premises
    from distributor.usecases.first_settings import bring_first_settings
    from distributor.usecases.set_up import set_up

    shipped, folder = settings.asset_folder("config"), settings.config_folder(config)
    if folder != shipped and bring_first_settings(shipped, folder):
        say("cli.init.settings", folder=folder)
    done = run_in_container(config, actor(as_), lambda container: set_up(container.context, actor(as_)), ready=False)
    say("cli.init.new" if done.is_new else "cli.init.done")
    run_on_premises(config, _say_where)
    if folder == shipped:
        say("cli.init.shipped")


async def _say_where(premises: "Premises") -> None:
    say("cli.init.places", settings=premises.config, data=premises.data, secrets=premises.secrets)


def apply(
    *,
    yes: YesOption = False,
    allow_removals: RemovalsOption = False,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> int:
    """Show what organizations, recipients and schedules would change, ask, and apply them."""
    from distributor.usecases.plan_configuration import plan_configuration

    def plan(container: "Container") -> "Awaitable[ConfigurationPlan]":
        return plan_configuration(container.context)

    return show_and_apply(plan, yes=yes, allow_removals=allow_removals, as_=as_, config=config)


def show_and_apply(
    plan: "Callable[[Container], Awaitable[ConfigurationPlan]]",
    *,
    yes: bool,
    allow_removals: bool,
    as_: str | None,
    config: Path | None,
) -> int:
    """Show a plan of changes, ask, and apply it in one transaction; exit code 1 when the person says no.

    Args:
        plan: makes the plan.
        yes: agreed already.
        allow_removals: a mass removal is meant.
        as_: name of the actor.
        config: folder of the TOML files.
    """
    from distributor.cli.changes import print_configuration_plan
    from distributor.cli.container import run_in_container
    from distributor.usecases.apply_configuration import apply_configuration

    async def work(container: "Container") -> int:
        shown = await plan(container)
        book = shown.configuration.book
        counts = {
            "organizations": len(book.organizations),
            "contacts": len(book.contacts),
            "groups": len(book.groups),
            "lists": len(book.lists),
            "schedules": len(shown.configuration.schedules or ()),
        }
        if shown.is_empty:
            say("cli.apply.nothing", **counts)
            return 0
        print_configuration_plan(shown)
        removal = shown.removal
        if removal and not allowed_removal(
            removal.subject.value, removal.removed, removal.total, allowed=allow_removals
        ):
            return 1
        if not agreed("cli.apply.ask", yes=yes):
            say("cli.apply.left")
            return 1
        await apply_configuration(container.context, actor(as_), shown, allow_removals=True)
        say("cli.apply.done-book" if shown.configuration.schedules is None else "cli.apply.done", **counts)
        return 0

    return run_in_container(config, actor(as_), work)


def export_config(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=words("cli.argument.export-dir"))],
    *,
    config: ConfigOption = None,
) -> None:
    """Write the address book as the files that `apply` reads."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.export_configuration import export_configuration

    written = run_in_container(config, actor(None), lambda container: export_configuration(container.context, folder))
    say("cli.export-config.done", folder=folder, files="、".join(written))
