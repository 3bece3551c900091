"""Logging in and out."""

from fastapi import Request, Response

from distributor.access import Act
from distributor.errors import Refused
from distributor.usecases import log_in as usecase
from distributor.usecases.log_in import Client
from distributor.usecases.log_out import log_out
from distributor.usecases.second_factor import factor_holders
from distributor.web.desk.failures import failure_status
from distributor.web.desk.guard import safe_next
from distributor.web.desk.pages import done, drop_cookie, leave, put_cookie, show
from distributor.web.desk.routing import action, page
from distributor.web.desk.sentences import desk_sentence
from distributor.web.desk.visit import Desk, Desked, Flash


@page("/login", Act.LOG_IN)
async def ask(desk: Desked) -> Response:
    """Show the form; who is logged in already goes on."""
    wanted = safe_next(desk.visit.request.query_params.get("next"))
    return await _form(desk, wanted) if desk.who is None else leave(desk, wanted)


@action("/login", Act.LOG_IN)
async def enter(request: Request, desk: Desked) -> Response:
    """Open a session and go on to the page that was asked for."""
    form, wanted = desk.form, safe_next(desk.form.text("next"))
    address = request.client.host if request.client else ""
    agent, session = request.headers.get("user-agent", ""), request.cookies.get(desk.cookies.session)
    client = Client(address, agent, session, form.text("code"))
    try:
        opened = await usecase.log_in(desk.context, form.text("name"), form.raw("password"), client)
    except Refused as refused:
        return await _form(desk, wanted, refused)
    answer = leave(desk, wanted)
    put_cookie(answer, desk, desk.cookies.session, opened.token)
    drop_cookie(answer, desk, desk.cookies.guest)
    return answer


@action("/logout", Act.OWN_ACCOUNT)
async def away(desk: Desked) -> Response:
    """End the session."""
    await log_out(desk.context, desk.signed_in)
    answer = done(desk, "login", Flash("desk.login.left"))
    drop_cookie(answer, desk, desk.cookies.session)
    return answer


async def _form(desk: Desk, wanted: str, refused: Refused | None = None) -> Response:
    values = {
        "next": wanted,
        "name": desk.form.text("name"),
        "wants_code": bool(await factor_holders(desk.context)),
        "problem": None if refused is None else desk_sentence(refused, desk.visit.language),
    }
    status = 200 if refused is None else failure_status(refused)
    answer = show(desk, "web/desk/login.html", desk.say("desk.login.title"), values, status=status)
    if desk.who is None:
        put_cookie(answer, desk, desk.cookies.guest, desk.secret)
    if refused is not None and "seconds" in refused.parameters:
        answer.headers["retry-after"] = str(refused.parameters["seconds"])
    return answer
