"""One's own account: where one is logged in, and one's password."""

from fastapi import Response

from distributor.access import Act
from distributor.errors import Refused
from distributor.usecases.list_sessions import list_sessions
from distributor.usecases.manage_tokens import list_tokens
from distributor.usecases.revoke_session import revoke_session
from distributor.usecases.second_factor import factor_holders
from distributor.usecases.set_password import change_own_password
from distributor.web.desk.failures import failure_status
from distributor.web.desk.pages import done, show
from distributor.web.desk.routing import action, page
from distributor.web.desk.sentences import desk_sentence
from distributor.web.desk.visit import Desk, Desked, Flash


@page("/account", Act.OWN_ACCOUNT)
async def account(desk: Desked) -> Response:
    """Show one's sessions and the form for another password."""
    return await _account(desk)


@action("/account/password", Act.OWN_ACCOUNT)
async def password(desk: Desked) -> Response:
    """Change one's password; all other sessions end."""
    old, new = desk.form.raw("old"), desk.form.raw("new")
    try:
        await change_own_password(desk.context, desk.actor, old, new, desk.signed_in.session.id)
    except Refused as refused:
        return await _account(desk, refused)
    return done(desk, "account", Flash("desk.account.password-changed"))


@action("/account/sessions/{session_id}/revoke", Act.OWN_ACCOUNT)
async def revoke(desk: Desked, session_id: str) -> Response:
    """End one of one's sessions, or, for an administrator, anybody's."""
    await revoke_session(desk.context, desk.actor, session_id)
    return done(desk, "account", Flash("desk.account.revoked"))


async def _account(desk: Desk, refused: Refused | None = None) -> Response:
    values = {
        "tokens": await list_tokens(desk.context, desk.actor, desk.actor.name),
        "has_factor": desk.actor.name in await factor_holders(desk.context),
        "now": desk.context.now(),
        "sessions": await list_sessions(desk.context, desk.actor, desk.actor.name),
        "problem": None if refused is None else desk_sentence(refused, desk.visit.language),
    }
    status = 200 if refused is None else failure_status(refused)
    return show(desk, "web/desk/account.html", desk.say("desk.account.title"), values, place="account", status=status)
