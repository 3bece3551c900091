"""Give an account another password: one's own, or somebody's who has forgotten theirs."""

import anyio.to_thread

from distributor import access
from distributor.access import Act, Actor
from distributor.model.audit import AuditAct, Touched
from distributor.store import sessions, users
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context
from distributor.usecases.require_password import require_password


async def set_password(context: Context, actor: Actor, name: str, password: str) -> None:
    """Give any account another password and end all its sessions.

    Args:
        context: the installation.
        actor: who does it.
        name: the account.
        password: the new password.

    Raises:
        NotFound: `user-unknown`.
        Refused: what is wrong with the password.
    """
    access.require(actor, Act.MANAGE_USERS)
    await _set(context, actor, name.casefold(), password, None)


async def change_own_password(context: Context, actor: Actor, old: str, new: str, session_id: str) -> None:
    """Change one's own password; all one's sessions but this one end.

    Args:
        context: the installation.
        actor: whose account it is.
        old: the password so far.
        new: the new password.
        session_id: the session that goes on.

    Raises:
        Refused: `password-wrong`, `login-slowed` after many, or what is wrong with the new one.
    """
    access.require(actor, Act.OWN_ACCOUNT)
    await require_password(context, actor, old)
    await _set(context, actor, actor.name, new, session_id)


async def _set(context: Context, actor: Actor, name: str, password: str, spared: str | None) -> None:
    async with context.database.read() as connection:
        user = await users.get(connection, name)
    access.require_strong(password, user.name)
    hashed = await anyio.to_thread.run_sync(access.hash_password, password)
    async with context.database.write() as connection:
        await users.set_password(connection, user.name, hashed, context.now())
        ended = await sessions.remove_of(connection, user.name, spared=spared)
        details = {"sessions": ended}
        await record_act(connection, context, actor, AuditAct.SET_PASSWORD, Touched("user", user.name), details)
