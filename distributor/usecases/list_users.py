"""List the accounts of the desk."""

from distributor.model.user import User
from distributor.store import users
from distributor.usecases.context import Context


async def list_users(context: Context) -> tuple[User, ...]:
    """Give every account by name.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        return await users.list_all(connection)


async def show_user(context: Context, name: str) -> User:
    """Give one account.

    Args:
        context: the installation.
        name: its name.

    Raises:
        NotFound: `user-unknown`.
    """
    async with context.database.read() as connection:
        return await users.get(connection, name.casefold())
