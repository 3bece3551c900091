"""The second factor of one's own account: taken over into a telephone, shown a code, turned off."""

from fastapi import Response

from distributor.access import Act
from distributor.errors import Refused
from distributor.usecases import second_factor as usecase
from distributor.usecases.recovery_codes import count_recovery_codes, make_recovery_codes
from distributor.usecases.second_factor import Offer
from distributor.web.desk.failures import failure_status
from distributor.web.desk.pages import done, show
from distributor.web.desk.routing import action, page
from distributor.web.desk.sentences import desk_sentence
from distributor.web.desk.visit import Desk, Desked, Flash


@page("/account/second-factor", Act.OWN_ACCOUNT)
async def ask(desk: Desked) -> Response:
    """Show a new secret and the form that turns it on, or the one that turns it off."""
    if desk.actor.name in await usecase.factor_holders(desk.context):
        return await _is_on(desk)
    return _show(desk, usecase.offer_factor(desk.context, desk.actor))


@action("/account/second-factor", Act.OWN_ACCOUNT)
async def enable(desk: Desked) -> Response:
    """Turn it on."""
    form, session_id = desk.form, desk.signed_in.session.id
    typed = (form.raw("password"), form.text("code"))
    try:
        await usecase.enable_factor(desk.context, desk.actor, form.text("offer"), typed, session_id)
    except Refused as refused:
        return _show(desk, usecase.same_offer(desk.context, desk.actor, form.text("offer")), refused)
    return done(desk, "account", Flash("desk.second-factor.enabled"))


@action("/account/second-factor/disable", Act.OWN_ACCOUNT)
async def disable(desk: Desked) -> Response:
    """Turn it off."""
    try:
        await usecase.disable_own_factor(desk.context, desk.actor, desk.form.raw("password"))
    except Refused as refused:
        return await _is_on(desk, refused)
    return done(desk, "account", Flash("desk.second-factor.disabled"))


@action("/account/second-factor/recovery", Act.OWN_ACCOUNT)
async def recovery(desk: Desked) -> Response:
    """Make recovery codes and show them, this once."""
    try:
        codes = await make_recovery_codes(desk.context, desk.actor, desk.form.raw("password"))
    except Refused as refused:
        return await _is_on(desk, refused)
    title = desk.say("desk.recovery.title")
    return show(desk, "web/desk/recovery_codes.html", title, {"codes": codes}, place="account")


async def _is_on(desk: Desk, refused: Refused | None = None) -> Response:
    return _show(desk, None, refused, await count_recovery_codes(desk.context, desk.actor))


def _show(desk: Desk, offer: Offer | None, refused: Refused | None = None, left: int = 0) -> Response:
    values = {
        "offer": offer,
        "left": left,
        "problem": None if refused is None else desk_sentence(refused, desk.visit.language),
    }
    status = 200 if refused is None else failure_status(refused)
    title = desk.say("desk.second-factor.title")
    return show(desk, "web/desk/second_factor.html", title, values, place="account", status=status)
