"""Errors as pages: the one place where our errors become HTTP statuses."""

from typing import Final, cast

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from distributor import log
from distributor.errors import Conflict, DistributorError, NotFound, Refused
from distributor.i18n import error_sentence, translate
from distributor.tokens import new_key
from distributor.web.pages import Page, show
from distributor.web.problems import is_for_program, problem
from distributor.web.visit import visit_of

_logger: Final = log.get_logger(__name__)
_GONE: Final = (
    "bulletin-gone",
    "bulletin-taken-back",
    "item-gone",
    "item-taken-back",
    "original-gone",
    "document-gone",
)
_BY_CODE: Final = {
    **dict.fromkeys(_GONE, 410),
    "token-invalid": 404,
}
_BY_KIND: Final[tuple[tuple[type[DistributorError], int], ...]] = ((NotFound, 404), (Conflict, 409), (Refused, 422))
_OUR_FAULT: Final = 500
_UNPROCESSABLE: Final = 422
_WITH_SENTENCE: Final = frozenset({404, 405, 409, 410, 422, 429, 500, 503})


def status_of(error: DistributorError) -> int:
    """Give the HTTP status of one of our errors; what the reader cannot help is 503.

    Args:
        error: the error.
    """
    by_kind = next((status for kind, status in _BY_KIND if isinstance(error, kind)), 503)
    return _BY_CODE.get(error.code, by_kind)


def install(app: FastAPI) -> None:
    """Let the application answer every error with a page."""
    app.add_exception_handler(DistributorError, _ours)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(RequestValidationError, _of_parameters)
    app.add_middleware(ErrorBoundary)


def error_page(request: Request, status: int, sentence: str | None = None, reference: str = "") -> Response:
    """Show that something went wrong, and what to do.

    Args:
        request: the request that failed.
        status: status of the answer.
        sentence: what is wrong and what to do; by default what there is to say about the status.
        reference: key under which the log has more.
    """
    visit = visit_of(request)
    if is_for_program(request):
        return problem(request, status, detail=sentence or "", reference=reference)
    known = status if status in _WITH_SENTENCE else "other"
    values = {
        "status": status,
        "sentence": sentence or translate(f"web.error.sentence-{known}", visit.language),
        "reference": reference,
    }
    title = translate(f"web.error.title-{known}", visit.language)
    return show(visit, Page("web/error.html", title, None, values), status)


def path_for_log(scope: Scope) -> str:
    """Give the path of a request as the log may hold it: the pattern of its route, since paths may carry secrets.

    Args:
        scope: of the request.
    """
    pattern: str | None = getattr(scope.get("route"), "path", None)
    return pattern or str(scope["path"])


class ErrorBoundary:
    """Turns whatever was not foreseen into a page that tells nothing but where the log has more.

    Args:
        app: the application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and answer when it fails."""
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            if scope["type"] != "http" or begun:
                raise
            reference, kind = new_key(), type(error).__name__
            _logger.exception("request-failed", path=path_for_log(scope), reference=reference, error=kind)
            await error_page(Request(scope), _OUR_FAULT, reference=reference)(scope, receive, send)


# starlette's type of a handler is wider than what it calls one with, hence the casts
async def _ours(request: Request, error: Exception) -> Response:
    ours = cast("DistributorError", error)
    status = status_of(ours)
    if status >= _OUR_FAULT:
        _logger.error("request-refused", path=path_for_log(request.scope), error=str(ours))
    return error_page(request, status, error_sentence(ours, visit_of(request).language))


async def _of_http(request: Request, error: Exception) -> Response:
    of_http = cast("HTTPException", error)
    response = error_page(request, of_http.status_code)
    response.headers.update(of_http.headers or {})
    return response


async def _of_parameters(request: Request, error: Exception) -> Response:
    del error
    return error_page(request, _UNPROCESSABLE)
