"""Routes of the desk: each says by its decorator which act it is for."""

from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from distributor.access import Act
from distributor.errors import DistributorError
from distributor.web.desk.failures import failure
from distributor.web.desk.forms import SMALL
from distributor.web.desk.gate import Gate, LoginNeeded
from distributor.web.desk.guard import SAFE_METHODS
from distributor.web.visit import visit_of

Handler = TypeVar("Handler", bound=Callable[..., Any])


class DeskRoute(APIRoute):
    """A route whose failures are shown at the desk, and that asks for a login where one is needed."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler of the route."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await inner(request)
            except LoginNeeded:
                return _to_login(request)
            except DistributorError as error:
                return failure(request, error)

        return handle


router: Final = APIRouter(prefix="/desk", route_class=DeskRoute)


def page(path: str, act: Act) -> Callable[[Handler], Handler]:
    """Register a page, which changes nothing, for GET and HEAD.

    Args:
        path: pattern of the path below `/desk`.
        act: what one must be allowed to do.
    """
    gate = Depends(Gate(act))
    return router.api_route(path, methods=["GET", "HEAD"], dependencies=[gate], response_model=None)


def action(path: str, act: Act, *, most_bytes: int = SMALL) -> Callable[[Handler], Handler]:
    """Register what a form does, for POST.

    Args:
        path: pattern of the path below `/desk`.
        act: what one must be allowed to do.
        most_bytes: how large the form may be.
    """
    return router.post(path, dependencies=[Depends(Gate(act, most_bytes))], response_model=None)


def act_of(route: APIRoute) -> Act | None:
    """Give the act that a route declares, or None when it declares none."""
    gates = [dependency.dependency for dependency in route.dependencies]
    return next((gate.act for gate in gates if isinstance(gate, Gate)), None)


def _to_login(request: Request) -> Response:
    """Lead to the login, and from there back to the page; the form that was sent is lost."""
    visit = visit_of(request)
    address = visit.link("desk/login")
    if request.method in SAFE_METHODS:
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        address += ("&" if "?" in address else "?") + urlencode({"next": asked})
    headers = {"location": address, "cache-control": "no-store"}
    if request.headers.get("hx-request"):
        # a part of a page cannot be replaced by the login: the whole window goes there
        return Response(status_code=204, headers={"hx-redirect": address, "cache-control": "no-store"})
    return Response(status_code=303, headers=headers)
