"""The gate of every route of the desk: who comes in, by role, from where, with which form."""

from fastapi import Request

from distributor import access, tokens
from distributor.access import Act
from distributor.errors import Refused
from distributor.usecases.recognise_session import SignedIn, recognise_session
from distributor.web.desk import guard
from distributor.web.desk.forms import SMALL, Form, read_form
from distributor.web.desk.guard import SAFE_METHODS, CookieNames
from distributor.web.desk.visit import Desk, Flash
from distributor.web.visit import Visit, visit_of

FORM_TOKEN = "form-token"  # noqa: S105  the name of a field


class LoginNeeded(Exception):
    """Nobody is logged in; the answer is the page of the login."""


class Gate:
    """Lets in who may do the act that a route is for.

    Args:
        act: what the route does.
        most_bytes: how large its form may be.
    """

    def __init__(self, act: Act, most_bytes: int = SMALL) -> None:
        self.act = act
        self.most_bytes = most_bytes

    async def __call__(self, request: Request) -> None:
        """Check a request and put the visit where its handler finds it.

        Raises:
            LoginNeeded: nobody is logged in.
            Refused: `not-permitted`, `foreign-origin` or `form-expired`.
        """
        visit = visit_of(request)
        base_url = visit.site.context.publication.base_url
        host = request.headers.get("host")
        cookies = guard.cookie_names(request.url.scheme, host, base_url)
        if request.method not in SAFE_METHODS:
            guard.require_same_origin(request.headers, guard.own_origins(host, base_url))
        token = request.cookies.get(cookies.session)
        who = await recognise_session(visit.site.context, token) if token else None
        self._admit(who)
        secret = token if who is not None and token else request.cookies.get(cookies.guest) or tokens.new_secret()
        form = await self._form(request, secret)
        request.state.desk = _desk(visit, who, cookies, secret, form)

    def _admit(self, who: SignedIn | None) -> None:
        if access.least_role(self.act) is None:
            return
        if who is None:
            raise LoginNeeded
        access.require(who.actor, self.act)

    async def _form(self, request: Request, secret: str) -> Form:
        if request.method in SAFE_METHODS:
            return Form()
        form = await read_form(request, self.most_bytes)
        if not guard.is_form_token(secret, form.raw(FORM_TOKEN)):
            raise Refused("form-expired")
        return form


def _desk(visit: Visit, who: SignedIn | None, cookies: CookieNames, secret: str, form: Form) -> Desk:
    flash = Flash.opened(visit.request.cookies.get(cookies.flash), visit.site.context.token_keys)
    return Desk(visit, who, cookies, secret, flash, form)
