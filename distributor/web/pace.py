"""How often one network may ask for what costs work at every request: searching, and forms of the public."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Final

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from distributor import access
from distributor.i18n import translate
from distributor.web.errors import error_page
from distributor.web.visit import visit_of

_TOO_MANY: Final = 429
_A_MINUTE: Final = 60.0
_SEARCHES: Final = ("/search", "/search.atom.xml", "/search.json")
# not the one click of unsubscribing (RFC 8058): mailbox providers send it for many readers from few addresses
_FORMS: Final = ("/subscribe", "/preferences")
# networks that are remembered; the one that has been silent the longest is forgotten first
_MOST_NETWORKS: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Bucket:
    """What a network may still ask for, as of a moment."""

    left: float
    moment: float


class Pace:
    """Answers 429 when a network asks too often (RFC 6585, 4); feeds, pages and files are never counted.

    Whoever has been silent for a minute has a minute's worth of requests to spend at once. The network is that of the
    client as the server gives it, which takes the word of trusted proxies alone; a client without one is not counted.

    Args:
        app: the application.
        a_minute: how many requests a network may make in a minute; 0 for any number.
        clock: gives seconds that only ever grow.
    """

    def __init__(self, app: ASGIApp, *, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._a_minute = a_minute
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or say when to come again."""
        wait = self._wait(scope) if self._a_minute and is_counted(scope) else 0.0
        if not wait:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        seconds = ceil(wait)
        sentence = translate("web.error.sentence-429", visit_of(request).language, seconds=seconds)
        response = error_page(request, _TOO_MANY, sentence)
        response.headers["retry-after"] = str(seconds)
        await response(scope, receive, send)

    def _wait(self, scope: Scope) -> float:
        """Count a request; gives the seconds until there will be room for it, 0 when there is now."""
        if not scope.get("client"):
            return 0.0
        network, now = access.network_of(scope["client"][0]), self._clock()
        bucket = self._buckets.pop(network, _Bucket(self._a_minute, now))
        left = min(bucket.left + (now - bucket.moment) * self._a_minute / _A_MINUTE, self._a_minute)
        has_room = left >= 1
        self._buckets[network] = _Bucket(left - 1 if has_room else left, now)
        if len(self._buckets) > _MOST_NETWORKS:
            self._buckets.popitem(last=False)
        return 0.0 if has_room else (1 - left) * _A_MINUTE / self._a_minute


def is_counted(scope: Scope) -> bool:
    """Whether a request is one of those that are counted.

    Args:
        scope: of the request.
    """
    if scope["type"] != "http":
        return False
    path = str(scope["path"]).removeprefix(str(scope.get("root_path", "")))
    is_form = any(path == form or path.startswith(f"{form}/") for form in _FORMS)
    return path in _SEARCHES or (scope["method"] == "POST" and is_form)
