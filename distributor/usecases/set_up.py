"""Set an installation up: the schema of its database and, the first time, the configuration files."""

from dataclasses import dataclass

from distributor.access import Actor
from distributor.store import migrate
from distributor.usecases.apply_configuration import apply_configuration
from distributor.usecases.context import Context
from distributor.usecases.plan_configuration import Configuration
from distributor.usecases.refresh_site import complete_catalogue


@dataclass(frozen=True, slots=True)
class SetUp:
    """What was done.

    Args:
        is_new: the database was empty.
        configuration: what was applied, None when the database knows better than the files.
    """

    is_new: bool
    configuration: Configuration | None


async def set_up(context: Context, actor: Actor) -> SetUp:
    """Bring the database to the newest schema and fill a new one from the configuration files; safe to repeat.

    Args:
        context: the installation.
        actor: who sets it up.

    Raises:
        Misconfigured: what is wrong with which file.
    """
    is_new = await migrate.is_empty(context.database)
    await migrate.upgrade(context.database)
    async with context.database.write() as connection:
        await complete_catalogue(connection)
    if not is_new:
        return SetUp(is_new, None)
    applied = await apply_configuration(context, actor)
    return SetUp(is_new, applied.configuration)


async def ensure_ready(context: Context, actor: Actor) -> None:
    """Set a new installation up by itself, and refuse one that another version of the program made.

    Args:
        context: the installation.
        actor: who starts the program.

    Raises:
        Misconfigured: `database-outdated`, or what is wrong with which file.
    """
    if await migrate.is_empty(context.database):
        await set_up(context, actor)
    await migrate.require_newest(context.database)
