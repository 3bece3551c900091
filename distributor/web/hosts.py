"""Which host names lead to the desk and the API, where the operator keeps them apart from the public site."""

from collections.abc import Iterable
from typing import Final

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from distributor.web.errors import error_page

_GUARDED: Final = ("/desk", "/api")
_NOT_FOUND: Final = 404


class DeskHosts:
    """Answers for desk and API only under their own names; under others there seems to be no such page.

    Args:
        app: the application.
        names: the host names, without a port; none: every name will do.
    """

    def __init__(self, app: ASGIApp, *, names: Iterable[str]) -> None:
        self._app = app
        self._names = frozenset(name.strip().lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer that nothing is there."""
        if scope["type"] == "http" and self._names and is_guarded(scope) and host_of(scope) not in self._names:
            await error_page(Request(scope), _NOT_FOUND)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def is_guarded(scope: Scope) -> bool:
    """Whether a request is for the desk or the API.

    Args:
        scope: of the request.
    """
    path = str(scope["path"]).removeprefix(str(scope.get("root_path", "")))
    return any(path == start or path.startswith(f"{start}/") for start in _GUARDED)


def host_of(scope: Scope) -> str:
    """Give the name that a request asked for, without a port; empty when it named none, or several.

    Args:
        scope: of the request.
    """
    named = [value for name, value in scope["headers"] if name == b"host"]
    host = named[0].decode("latin-1").lower() if len(named) == 1 else ""
    return host if host.endswith("]") else host.rpartition(":")[0] or host
