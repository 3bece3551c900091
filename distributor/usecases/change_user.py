"""Change what an account may do, stop it, or let it in again."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import access
from distributor.access import AccessRole, Act, Actor
from distributor.errors import Conflict
from distributor.model.audit import AuditAct, Touched
from distributor.model.user import User
from distributor.store import sessions, users
from distributor.usecases.audit import fingerprint, record_act
from distributor.usecases.context import Context


async def change_role(context: Context, actor: Actor, name: str, role: AccessRole) -> User:
    """Give an account another role; it counts from the next page on.

    Args:
        context: the installation.
        actor: who changes it.
        name: the account.
        role: the new role.

    Raises:
        NotFound: `user-unknown`.
        Conflict: `last-administrator` when nobody would be left to administer.
    """
    access.require(actor, Act.MANAGE_USERS)
    async with context.database.write() as connection:
        user = await users.get(connection, name.casefold())
        changed = replace(user, role=role)
        if changed == user:
            return user
        await _require_somebody_left(connection, changed)
        await users.set_role(connection, user.name, role)
        details = {"from": user.role, "to": role}
        await record_act(connection, context, actor, AuditAct.CHANGE_ROLE, _touched(user, changed), details)
    return changed


async def disable_user(context: Context, actor: Actor, name: str) -> User:
    """Stop an account and end its sessions; what it did stays on record under its name.

    Args:
        context: the installation.
        actor: who stops it.
        name: the account.

    Raises:
        NotFound: `user-unknown`.
        Conflict: `last-administrator`.
    """
    access.require(actor, Act.MANAGE_USERS)
    async with context.database.write() as connection:
        user = await users.get(connection, name.casefold())
        if user.disabled is not None:
            return user
        changed = replace(user, disabled=context.now())
        await _require_somebody_left(connection, changed)
        await users.set_disabled(connection, user.name, changed.disabled)
        ended = await sessions.remove_of(connection, user.name)
        details = {"sessions": ended}
        await record_act(connection, context, actor, AuditAct.DISABLE_USER, _touched(user, changed), details)
    return changed


async def enable_user(context: Context, actor: Actor, name: str) -> User:
    """Let an account in again, with the password it had.

    Args:
        context: the installation.
        actor: who lets it in.
        name: the account.

    Raises:
        NotFound: `user-unknown`.
    """
    access.require(actor, Act.MANAGE_USERS)
    async with context.database.write() as connection:
        user = await users.get(connection, name.casefold())
        if user.disabled is None:
            return user
        changed = replace(user, disabled=None)
        await users.set_disabled(connection, user.name, None)
        await record_act(connection, context, actor, AuditAct.ENABLE_USER, _touched(user, changed))
    return changed


async def _require_somebody_left(connection: AsyncConnection, changed: User) -> None:
    still = changed.role is AccessRole.ADMINISTRATOR and changed.disabled is None
    if not still and await users.administrators(connection) == {changed.name}:
        raise Conflict("last-administrator", name=changed.name)


def _touched(before: User, after: User) -> Touched:
    return Touched("user", before.name, fingerprint(before), fingerprint(after))
