"""Log out."""

from distributor import access
from distributor.access import Act
from distributor.model.audit import AuditAct, Touched
from distributor.store import sessions
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context
from distributor.usecases.recognise_session import SignedIn


async def log_out(context: Context, who: SignedIn) -> None:
    """End a session for good; its cookie opens nothing any more.

    Args:
        context: the installation.
        who: whose session.
    """
    access.require(who.actor, Act.OWN_ACCOUNT)
    async with context.database.write() as connection:
        if await sessions.remove(connection, who.session.id):
            touched = Touched("session", who.session.id)
            await record_act(connection, context, who.actor, AuditAct.LOG_OUT, touched)
