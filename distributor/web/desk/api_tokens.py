"""Tokens with which programs act in one's own name: made, shown once, taken back."""

from fastapi import Response

from distributor.access import Act
from distributor.errors import Refused
from distributor.model.api_token import ApiScope
from distributor.usecases.manage_tokens import MOST_DAYS, WantedToken, add_token, revoke_token
from distributor.usecases.require_password import require_password
from distributor.web.desk.failures import failure_status
from distributor.web.desk.pages import done, show
from distributor.web.desk.routing import action, page
from distributor.web.desk.sentences import desk_sentence
from distributor.web.desk.visit import Desk, Desked, Flash

_USUAL_DAYS = 90


@page("/account/tokens/new", Act.OWN_ACCOUNT)
async def ask(desk: Desked) -> Response:
    """Show the form."""
    return _form(desk)


@action("/account/tokens/new", Act.OWN_ACCOUNT)
async def make(desk: Desked) -> Response:
    """Make a token and show its secret, this once."""
    form, days = desk.form, desk.form.text("days")
    scopes = [scope for scope in ApiScope if scope in form.all("scope")]
    number = int(days) if days.isascii() and days.isdigit() and len(days) <= len(str(MOST_DAYS)) else 0
    wanted = WantedToken(desk.actor.name, form.text("name"), scopes, number)
    try:
        # a token outlives the session: whoever finds a screen unlocked must not carry one away
        await require_password(desk.context, desk.actor, form.raw("password"))
        made = await add_token(desk.context, desk.actor, wanted)
    except Refused as refused:
        return _form(desk, refused)
    values = {"made": made, "api": desk.visit.public("api/v1")}
    return show(desk, "web/desk/token_made.html", desk.say("desk.token.made"), values, place="account")


@action("/account/tokens/{token_id}/revoke", Act.OWN_ACCOUNT)
async def revoke(desk: Desked, token_id: str) -> Response:
    """Take a token back: one's own, or, for an administrator, anybody's."""
    token = await revoke_token(desk.context, desk.actor, token_id)
    where = "account" if token.user == desk.actor.name else f"users/{token.user}"
    return done(desk, where, Flash("desk.token.revoked", {"name": token.name}))


def _form(desk: Desk, refused: Refused | None = None) -> Response:
    form = desk.form
    values = {
        "name": form.text("name"),
        "days": form.text("days") or str(_USUAL_DAYS),
        "most": MOST_DAYS,
        "scopes": [scope.value for scope in ApiScope],
        "chosen": form.all("scope") or (ApiScope.READ.value,),
        "problem": None if refused is None else desk_sentence(refused, desk.visit.language),
    }
    status = 200 if refused is None else failure_status(refused)
    return show(desk, "web/desk/token_new.html", desk.say("desk.token.new"), values, place="account", status=status)
