"""Recognise the program that shows a token."""

from dataclasses import dataclass
from datetime import timedelta

from distributor.access import Actor, Origin
from distributor.model.api_token import ApiScope
from distributor.store import api_tokens, users
from distributor.usecases.context import Context

# "last used" is written this often at most, so that reading does not write all the time
_TOUCHED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Bearer:
    """A program that was recognised.

    Args:
        actor: the account in whose name it acts, with the role that the account has now.
        scopes: what its token is good for.
    """

    actor: Actor
    scopes: tuple[ApiScope, ...]


async def recognise_token(context: Context, secret: str) -> Bearer | None:
    """Give who a secret stands for; None when the token ended, was taken back, or its account was stopped.

    Args:
        context: the installation.
        secret: as it was shown.
    """
    now = context.now()
    async with context.database.read() as connection:
        token = await api_tokens.find(connection, secret)
        if token is None or not token.holds_at(now):
            return None
        user = await users.find(connection, token.user)
    if user is None or user.disabled is not None:
        return None
    if token.last_used is None or now - token.last_used >= _TOUCHED_EVERY:
        async with context.database.write() as connection:
            await api_tokens.touch(connection, token.id, now)
    return Bearer(Actor(user.name, user.role, Origin.API), token.scopes)
