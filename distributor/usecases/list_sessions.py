"""List who is logged in where."""

from distributor import access
from distributor.access import Act, Actor
from distributor.model.user import Session
from distributor.store import sessions
from distributor.usecases.context import Context
from distributor.usecases.recognise_session import is_over


async def list_sessions(context: Context, actor: Actor, name: str) -> tuple[Session, ...]:
    """Give the sessions of an account that go on, the one used last first.

    Args:
        context: the installation.
        actor: who asks; for the sessions of others an administrator.
        name: the account.
    """
    access.require(actor, Act.OWN_ACCOUNT if name == actor.name else Act.MANAGE_USERS)
    now = context.now()
    async with context.database.read() as connection:
        found = await sessions.list_of(connection, name)
    return tuple(session for session in found if not is_over(session, now))
