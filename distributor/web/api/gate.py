"""The gate of every route of the API: which token, which scope, which role."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from distributor import access
from distributor.access import Act, Actor
from distributor.errors import Refused
from distributor.usecases.context import Context
from distributor.usecases.recognise_token import recognise_token
from distributor.web.site import Site

BEARER: Final = HTTPBearer(auto_error=False, scheme_name="token", description="`Authorization: Bearer distributor_…`")
Shown = Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]


@dataclass(frozen=True, slots=True)
class Caller:
    """A program that was let in.

    Args:
        context: what the use cases work with.
        actor: in whose name it acts.
    """

    context: Context
    actor: Actor


class TokenNeeded(Exception):
    """No token was shown, or one that opens nothing.

    Args:
        is_shown: one was shown.
    """

    def __init__(self, *, is_shown: bool) -> None:
        super().__init__(is_shown)
        self.is_shown = is_shown


class Gate:
    """Lets in whose token and role allow the act that a route is for.

    Args:
        act: what the route does.
    """

    def __init__(self, act: Act) -> None:
        self.act = act

    async def __call__(self, request: Request, shown: Shown) -> None:
        """Check a request and put the caller where its handler finds it.

        Raises:
            TokenNeeded: nobody is recognised.
            Refused: `token-scope` or `not-permitted`.
        """
        site: Site = request.app.state.site
        bearer = None if shown is None else await recognise_token(site.context, shown.credentials)
        if bearer is None:
            raise TokenNeeded(is_shown=shown is not None)
        access.require_scope(bearer.scopes, self.act)
        access.require(bearer.actor, self.act)
        request.state.caller = Caller(site.context, bearer.actor)


def caller_of(request: Request) -> Caller:
    """Give the program that the gate of the route let in; without a gate nobody comes in."""
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None:
        raise Refused("login-needed")
    return caller


Called = Annotated[Caller, Depends(caller_of)]
