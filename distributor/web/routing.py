"""Routes that only read."""

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import APIRouter

Handler = TypeVar("Handler", bound=Callable[..., Any])


def reading(router: APIRouter, path: str) -> Callable[[Handler], Handler]:
    """Register a handler for GET and HEAD, which answer alike.

    Args:
        router: where it belongs.
        path: pattern of the path.
    """
    return router.api_route(path, methods=["GET", "HEAD"], response_model=None, include_in_schema=False)
