"""The API describes itself: as OpenAPI, and as a page for people; both say nothing that is secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, cast

from fastapi import Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from distributor.i18n import translate
from distributor.web.api.routing import VERSION, router
from distributor.web.pages import Page
from distributor.web.pages import show as show_page
from distributor.web.security import PAGE_POLICY
from distributor.web.visit import visit_of

_VERSION: Final = "1.0"
_OF_A_PAGE: Final = {"content-security-policy": PAGE_POLICY}


@router.api_route("/openapi.json", methods=["GET", "HEAD"], include_in_schema=False, response_model=None)
async def openapi(request: Request) -> Response:
    """Give the description for programs."""
    visit = visit_of(request)
    root = str(request.scope.get("root_path", ""))
    return JSONResponse({**description(visit.language), **({"servers": [{"url": root}]} if root else {})})


@router.api_route("", methods=["GET", "HEAD"], include_in_schema=False, response_model=None)
@router.api_route("/", methods=["GET", "HEAD"], include_in_schema=False, response_model=None)
async def page(request: Request) -> Response:
    """Show the description to people."""
    visit = visit_of(request)
    title = translate("web.api.title", visit.language)
    values = {"operations": operations(description(visit.language)), "root": visit.public(VERSION.lstrip("/"))}
    return show_page(visit, Page("web/api.html", title, None, values, is_private=True, headers=_OF_A_PAGE))


@lru_cache(maxsize=4)
def description(language: str) -> Mapping[str, Any]:
    """Describe the API as OpenAPI 3.1.

    Args:
        language: one of i18n.LANGUAGES.
    """
    title, lead = translate("web.api.title", language), translate("web.api.lead", language)
    made = get_openapi(title=title, version=_VERSION, description=lead, routes=router.routes)
    for path in made["paths"].values():
        for operation in path.values():
            operation.pop("description", None)
            operation["summary"] = translate(f"web.api.{operation['operationId']}", language)
    return cast("Mapping[str, Any]", made)


@dataclass(frozen=True, slots=True)
class Operation:
    """What a program can ask for, as its line on the page says.

    Args:
        method: of the request.
        path: pattern of the path.
        summary: what it does.
        scope: which a token needs.
        parameters: names of what may stand in the query.
    """

    method: str
    path: str
    summary: str
    scope: str
    parameters: tuple[str, ...]


def operations(made: Mapping[str, Any]) -> tuple[Operation, ...]:
    """List what a description describes.

    Args:
        made: the description.
    """
    return tuple(
        Operation(
            method.upper(),
            path,
            operation["summary"],
            operation["x-scope"],
            tuple(one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"),
        )
        for path, methods in made["paths"].items()
        for method, operation in methods.items()
    )
