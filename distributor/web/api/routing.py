"""Routes of the API: each says by its decorator which act it is for; what fails is answered with problem details."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, TypeVar

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from distributor.access import Act, scope_of
from distributor.errors import DistributorError, Refused
from distributor.web.api.gate import Gate, TokenNeeded
from distributor.web.errors import status_of
from distributor.web.problems import MEDIA_TYPE, Fault, Problem, problem, problem_of
from distributor.web.security import BYTES_POLICY

Handler = TypeVar("Handler", bound=Callable[..., Any])
VERSION: Final = "/api/v1"
_STATUS: Final = {"not-permitted": 403, "token-scope": 403, "upload-too-large": 413}
_NEEDED: Final = Refused("token-needed")


class ApiRoute(APIRoute):
    """A route whose answers are kept by nobody and whose failures are data."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler of the route."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                answer = await inner(request)
            except TokenNeeded as needed:
                answer = _challenge(request, needed)
            except DistributorError as error:
                answer = problem_of(request, error, _STATUS.get(error.code) or status_of(error))
            except RequestValidationError as error:
                answer = problem(request, 422, "request-invalid", faults=_faults(error))
            answer.headers.setdefault("cache-control", "no-store")
            answer.headers.setdefault("content-security-policy", BYTES_POLICY)
            return answer

        return handle


router: Final = APIRouter(prefix=VERSION, route_class=ApiRoute)


def reads(name: str, path: str, shape: object = None) -> Callable[[Handler], Handler]:
    """Register what a program may read, for GET and HEAD.

    Args:
        name: of the operation; `web.api.<name>` says what it does.
        path: pattern of the path below `/api/v1`.
        shape: type of the answer; None where it is no JSON.
    """
    options = _options(Act.READ)

    def register(handler: Handler) -> Handler:
        router.get(path, response_model=shape, operation_id=name, **options)(handler)
        router.head(path, response_model=shape, include_in_schema=False, **options)(handler)
        return handler

    return register


def takes(name: str, path: str, shape: object, body: Mapping[str, object]) -> Callable[[Handler], Handler]:
    """Register what brings in a bulletin, for POST.

    Args:
        name: of the operation; `web.api.<name>` says what it does.
        path: pattern of the path below `/api/v1`.
        shape: type of the answer.
        body: what is sent, as OpenAPI describes it.
    """
    options = _options(Act.RECEIVE)
    options["openapi_extra"] = {**options["openapi_extra"], "requestBody": dict(body)}
    return router.post(path, response_model=shape, status_code=201, operation_id=name, **options)


def act_of(route: APIRoute) -> Act | None:
    """Give the act that a route declares, or None when it declares none."""
    gates = [dependency.dependency for dependency in route.dependencies]
    return next((gate.act for gate in gates if isinstance(gate, Gate)), None)


def _options(act: Act) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    described: dict[str, object] = {"content": content}
    # one of them names the type, so that its schema is made
    failures = {401: {"model": Problem, **described}, **dict.fromkeys((403, 404, 422), described)}
    return {
        "dependencies": [Depends(Gate(act))],
        "responses": failures,
        "openapi_extra": {"x-scope": scope_of(act)},
    }


def _challenge(request: Request, needed: TokenNeeded) -> Response:
    answer = problem_of(request, _NEEDED, 401)
    mistake = ', error="invalid_token"' if needed.is_shown else ""
    answer.headers["www-authenticate"] = f'Bearer realm="{VERSION}"{mistake}'
    return answer


def _faults(error: RequestValidationError) -> tuple[Fault, ...]:
    return tuple(Fault(".".join(map(str, one["loc"])), str(one["msg"])) for one in error.errors())
