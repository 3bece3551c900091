"""Ask somebody who is logged in for their password once more, before something that a found screen must not do."""

import math

from distributor.access import Actor
from distributor.errors import Refused
from distributor.store import users
from distributor.usecases.check_password import check_password
from distributor.usecases.context import Context
from distributor.usecases.count_attempts import count_attempt, forgive, of_account


async def require_password(context: Context, actor: Actor, password: str) -> None:
    """Refuse whoever does not know the password of the account they are logged in with.

    Args:
        context: the installation.
        actor: whose account it is.
        password: what was typed.

    Raises:
        Refused: `password-wrong`, or `login-slowed` after many.
    """
    against = (of_account(actor.name),)
    async with context.database.write() as connection:
        pause = await count_attempt(connection, context, actor.name, against)
        kept = await users.password_hash(connection, actor.name)
    if pause:
        raise Refused("login-slowed", seconds=math.ceil(pause.total_seconds()))
    if not await check_password(password, kept):
        raise Refused("password-wrong")
    async with context.database.write() as connection:
        await forgive(connection, against, context.now())
