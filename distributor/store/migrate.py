"""Bring the schema of a database to the newest revision."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.errors import Misconfigured
from distributor.store.engine import Database

_FOLDER = Path(__file__).parent / "migrations"


async def upgrade(database: Database) -> None:
    """Apply every migration that the database has not seen.

    Args:
        database: the database; an empty one gets the whole schema.
    """
    async with database.write() as connection:
        await upgrade_within(connection)


async def upgrade_within(connection: AsyncConnection, wanted: str = "head") -> None:
    """Bring the schema to a revision.

    Args:
        connection: an open writing transaction.
        wanted: the revision, the newest by default.
    """
    await connection.run_sync(_upgrade, wanted)


async def revision_of(connection: AsyncConnection) -> str | None:
    """Give the revision of the schema, None for a database that has never been set up.

    Args:
        connection: an open transaction.
    """
    return await connection.run_sync(_revision)


def is_known(revision: str) -> bool:
    """Whether this version of the program can begin with a schema.

    Args:
        revision: the schema.
    """
    return any(script.revision == revision for script in ScriptDirectory(str(_FOLDER)).walk_revisions())


async def is_empty(database: Database) -> bool:
    """Whether the database has never been set up."""
    async with database.read() as connection:
        return await revision_of(connection) is None


async def require_newest(database: Database) -> None:
    """Refuse to work on a schema that another version of the program made.

    Raises:
        Misconfigured: `database-outdated` with the advice to run init.
    """
    async with database.read() as connection:
        found = await revision_of(connection)
    if found != newest_revision():
        raise Misconfigured("database-outdated", found=found or "-", wanted=newest_revision())


def newest_revision() -> str:
    """Give the revision that this version of the program works on."""
    return str(ScriptDirectory(str(_FOLDER)).get_current_head())


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection, wanted: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, wanted)
