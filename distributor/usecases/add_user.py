"""Add an account to the desk."""

import anyio.to_thread

from distributor import access
from distributor.access import AccessRole, Act, Actor
from distributor.errors import Conflict
from distributor.model.audit import AuditAct, Touched
from distributor.model.user import User
from distributor.store import users
from distributor.usecases.audit import fingerprint, record_act
from distributor.usecases.context import Context


async def add_user(context: Context, actor: Actor, name: str, role: AccessRole, password: str) -> User:
    """Add an account that may log in at once.

    Args:
        context: the installation.
        actor: who adds it.
        name: what one logs in with; folded.
        role: what it may do.
        password: its first password.

    Raises:
        Refused: `user-name`, or what is wrong with the password.
        Conflict: `user-exists`.
    """
    access.require(actor, Act.MANAGE_USERS)
    folded = access.clean_name(name)
    access.require_strong(password, folded)
    hashed = await anyio.to_thread.run_sync(access.hash_password, password)
    now = context.now()
    user = User(folded, role, created=now, password_set=now)
    async with context.database.write() as connection:
        if not await users.add(connection, user, hashed):
            raise Conflict("user-exists", name=folded)
        touched = Touched("user", folded, after=fingerprint(user))
        await record_act(connection, context, actor, AuditAct.ADD_USER, touched, {"role": role})
    return user
