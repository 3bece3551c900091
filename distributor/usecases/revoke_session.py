"""End a session from elsewhere: a browser that was left open, a device that was lost."""

from distributor import access
from distributor.access import Act, Actor
from distributor.errors import NotFound
from distributor.model.audit import AuditAct, Touched
from distributor.store import sessions
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context


async def revoke_session(context: Context, actor: Actor, session_id: str) -> None:
    """End a session.

    Args:
        context: the installation.
        actor: whose it is, or an administrator.
        session_id: the session.

    Raises:
        NotFound: `session-unknown`, also for one of somebody else whom the actor does not administer.
    """
    access.require(actor, Act.OWN_ACCOUNT)
    async with context.database.write() as connection:
        session = await sessions.get(connection, session_id)
        if session is None or not (session.user == actor.name or access.may(actor.role, Act.MANAGE_USERS)):
            raise NotFound("session-unknown")
        await sessions.remove(connection, session_id)
        details = {"user": session.user}
        await record_act(connection, context, actor, AuditAct.REVOKE_SESSION, Touched("session", session_id), details)
