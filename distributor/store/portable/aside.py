"""Put all tables of a PostgreSQL database aside, so that others can take their place in the same transaction."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.store.portable.shape import shapes

_LOCK_SECONDS: Final = 15
# what guards a table goes with it
_FUNCTIONS: Final = (
    "SELECT DISTINCT called.proname FROM pg_trigger guard JOIN pg_proc called ON called.oid = guard.tgfoid "
    "JOIN pg_class guarded ON guarded.oid = guard.tgrelid WHERE NOT guard.tgisinternal "
    "AND guarded.relname = ANY(:names) AND guarded.relnamespace = current_schema()::regnamespace"
)


async def put_aside(connection: AsyncConnection, schema: str) -> None:
    """Move our tables with everything in them into a schema of their own.

    Args:
        connection: an open writing transaction on PostgreSQL.
        schema: name of the schema, which does not exist; a plain word.
    """
    # whoever reads just now is waited for, but not for ever
    await connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'"))
    await connection.execute(text(f'CREATE SCHEMA "{schema}"'))
    names = [*(shape.name for shape in await shapes(connection)), "alembic_version"]
    functions = (await connection.execute(text(_FUNCTIONS), {"names": names})).scalars().all()
    for name in names:
        await connection.execute(text(f'ALTER TABLE "{name}" SET SCHEMA "{schema}"'))
    for name in functions:
        await connection.execute(text(f'ALTER FUNCTION "{name}"() SET SCHEMA "{schema}"'))
