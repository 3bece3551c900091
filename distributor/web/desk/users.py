"""Accounts of the desk, for administrators."""

from collections.abc import Mapping

from fastapi import Response

from distributor import access
from distributor.access import AccessRole, Act
from distributor.errors import DistributorError, Refused
from distributor.usecases import change_user
from distributor.usecases.add_user import add_user
from distributor.usecases.list_sessions import list_sessions
from distributor.usecases.list_users import list_users, show_user
from distributor.usecases.manage_tokens import list_tokens
from distributor.usecases.second_factor import factor_holders, reset_factor
from distributor.usecases.set_password import set_password
from distributor.web.desk.failures import failure_status
from distributor.web.desk.pages import done, show
from distributor.web.desk.routing import action, page
from distributor.web.desk.sentences import desk_sentence
from distributor.web.desk.visit import Desk, Desked, Flash


@page("/users", Act.MANAGE_USERS)
async def users(desk: Desked) -> Response:
    """List the accounts."""
    values = {"users": await list_users(desk.context)}
    return show(desk, "web/desk/users.html", desk.say("desk.users.title"), values, place="users")


@page("/users/new", Act.MANAGE_USERS)
async def ask_add(desk: Desked) -> Response:
    """Show the form for a new account, with a good password in it."""
    return _add_form(desk)


@action("/users/new", Act.MANAGE_USERS)
async def add(desk: Desked) -> Response:
    """Add an account."""
    form = desk.form
    try:
        user = await add_user(desk.context, desk.actor, form.text("name"), _role(desk), form.raw("password"))
    except DistributorError as error:
        return _add_form(desk, error)
    return done(desk, f"users/{user.name}", Flash("desk.users.added", {"name": user.name}))


@page("/users/{name}", Act.MANAGE_USERS)
async def user(desk: Desked, name: str) -> Response:
    """Show one account and where it is logged in."""
    return await _account(desk, name)


@action("/users/{name}/role", Act.MANAGE_USERS)
async def role(desk: Desked, name: str) -> Response:
    """Give an account another role."""
    changed = await change_user.change_role(desk.context, desk.actor, name, _role(desk))
    return done(desk, f"users/{changed.name}", Flash("desk.users.role-changed", {"name": changed.name}))


@action("/users/{name}/disable", Act.MANAGE_USERS)
async def disable(desk: Desked, name: str) -> Response:
    """Stop an account."""
    changed = await change_user.disable_user(desk.context, desk.actor, name)
    flash = Flash("desk.users.disabled", {"name": changed.name}, undo=f"users/{changed.name}/enable")
    return done(desk, f"users/{changed.name}", flash)


@action("/users/{name}/enable", Act.MANAGE_USERS)
async def enable(desk: Desked, name: str) -> Response:
    """Let an account in again."""
    changed = await change_user.enable_user(desk.context, desk.actor, name)
    return done(desk, f"users/{changed.name}", Flash("desk.users.enabled", {"name": changed.name}))


@action("/users/{name}/password", Act.MANAGE_USERS)
async def password(desk: Desked, name: str) -> Response:
    """Give an account another password, which its owner is told in person."""
    try:
        await set_password(desk.context, desk.actor, name, desk.form.raw("password"))
    except Refused as refused:
        return await _account(desk, name, refused)
    return done(desk, f"users/{name}", Flash("desk.users.password-set", {"name": name}))


@action("/users/{name}/second-factor/reset", Act.MANAGE_USERS)
async def reset(desk: Desked, name: str) -> Response:
    """Ask an account for no code any more: its owner has lost their telephone."""
    await reset_factor(desk.context, desk.actor, name)
    return done(desk, f"users/{name}", Flash("desk.users.factor-reset", {"name": name}))


def _role(desk: Desk) -> AccessRole:
    wanted = desk.form.text("role")
    if wanted not in set(AccessRole):
        raise Refused("role-unknown", role=wanted, known="、".join(AccessRole))
    return AccessRole(wanted)


def _add_form(desk: Desk, error: DistributorError | None = None) -> Response:
    form = desk.form
    values = {
        **_problem(desk, error),
        "name": form.text("name"),
        "role": form.text("role") or AccessRole.EDITOR.value,
        "roles": [role.value for role in AccessRole],
        "suggested": access.new_password(),
    }
    status = 200 if error is None else failure_status(error)
    return show(desk, "web/desk/user_new.html", desk.say("desk.users.new"), values, place="users", status=status)


async def _account(desk: Desk, name: str, error: DistributorError | None = None) -> Response:
    found = await show_user(desk.context, name)
    values = {
        **_problem(desk, error),
        "user": found,
        "has_factor": found.name in await factor_holders(desk.context),
        "tokens": await list_tokens(desk.context, desk.actor, found.name),
        "now": desk.context.now(),
        "sessions": await list_sessions(desk.context, desk.actor, found.name),
        "roles": [role.value for role in AccessRole],
        "suggested": access.new_password(),
    }
    status = 200 if error is None else failure_status(error)
    return show(desk, "web/desk/user.html", found.name, values, place="users", status=status)


def _problem(desk: Desk, error: DistributorError | None) -> Mapping[str, object]:
    return {"problem": None if error is None else desk_sentence(error, desk.visit.language)}
