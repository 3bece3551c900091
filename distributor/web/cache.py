"""Public pages and documents kept in the process: made once, answered many times, forgotten when anything changes."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl

from sqlalchemy.exc import DBAPIError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from distributor import log
from distributor.web.conditional import Validators, is_unchanged
from distributor.web.negotiation import accepts_gzip, choose_language

_logger: Final = log.get_logger(__name__)

# what is made for one reader, is asked with words of its own, or never ends
_LIVE: Final = (
    *("/desk", "/api", "/metrics", "/healthz", "/captured", "/search", "/static"),
    *("/subscribe", "/unsubscribe", "/preferences", "/feeds/restricted"),
)
# whether anybody may sign up by mail is decided in the address book, which is no change of the site
_LIVE_PAGE: Final = "/feeds"
_CONDITIONS: Final = frozenset({b"if-none-match", b"if-modified-since"})
_OF_BODY: Final = frozenset({b"content-length", b"content-type"})
_LARGEST: Final = 4_000_000
_SPACE: Final = 64_000_000

Headers = tuple[tuple[bytes, bytes], ...]
Key = tuple[str, str, str, bytes, str, bool]


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was sent.

    Args:
        headers: of the whole answer.
        body: the bytes.
        validators: entity tag and date of the bytes.
    """

    headers: Headers
    body: bytes
    validators: Validators


class PageCache:
    """Answers from memory what was answered before, as long as nothing has changed for readers.

    Args:
        app: the application.
        version: gives a number that grows with every change that readers can see.
        language: language of the interface when nobody asks for another.
        patience: seconds after which the version is asked for again.
    """

    def __init__(self, app: ASGIApp, *, version: Callable[[], Awaitable[int]], language: str, patience: float) -> None:
        self._app = app
        self._ask = version
        self._language = language
        self._patience = patience
        self._known = -1
        self._asked = float("-inf")
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._size = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request from memory, or pass it on and remember the answer."""
        headers = dict(scope["headers"]) if scope["type"] == "http" else {}
        if not _is_common(scope, headers):
            await self._app(scope, receive, send)
            return
        await self._look()
        key = self._key(scope, headers)
        kept = self._kept.get(key)
        if kept is None:
            version = self._known
            begun, answer = await self._make(scope, receive)
            kept = _kept(begun, answer)
            if kept is None:
                await send(begun)
                await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer})
                return
            if version == self._known:
                self._remember(key, kept)
        else:
            self._kept.move_to_end(key)
        await _answer(scope, kept, send)

    async def _look(self) -> None:
        """Forget everything when something has changed since; a database that is away changes nothing."""
        now = time.monotonic()
        if now - self._asked < self._patience:
            return
        self._asked = now
        try:
            version = await self._ask()
        except DBAPIError as error:
            _logger.warning("database-away", problem=str(error.orig))
            return
        if version != self._known:
            self._kept.clear()
            self._size = 0
            self._known = version

    def _key(self, scope: Scope, headers: dict[bytes, bytes]) -> Key:
        accepted = headers.get(b"accept-language", b"").decode("latin-1")
        language = _language(scope["query_string"].decode("latin-1"), accepted, self._language)
        coding = _takes_gzip(headers.get(b"accept-encoding", b"").decode("latin-1"))
        return scope["scheme"], scope.get("root_path", ""), scope["path"], scope["query_string"], language, coding

    async def _make(self, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
        """Get the whole answer, whatever the client has already."""
        begun: Message = {}
        parts: list[bytes] = []

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun.update(message)
            else:
                parts.append(message.get("body", b""))

        plain = [(name, value) for name, value in scope["headers"] if name not in _CONDITIONS]
        await self._app({**scope, "method": "GET", "headers": plain}, receive, collect)
        return begun, b"".join(parts)

    def _remember(self, key: Key, kept: Kept) -> None:
        if len(kept.body) > _LARGEST:
            return
        self._kept[key] = kept
        self._size += len(kept.body)
        while self._size > _SPACE:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest.body)


def _is_common(scope: Scope, headers: dict[bytes, bytes]) -> bool:
    """Whether everybody who asks gets the same."""
    if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"} or b"range" in headers:
        return False
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    is_live = path == _LIVE_PAGE or path.startswith(_LIVE)
    return not is_live and scope["query_string"] in {b"", b"lang=zh", b"lang=en"}


def _kept(begun: Message, body: bytes) -> Kept | None:
    headers: Headers = tuple(begun["headers"])
    said = dict(headers)
    public = said.get(b"cache-control", b"").startswith(b"public")
    if begun["status"] != 200 or not public or b"etag" not in said or b"set-cookie" in said:  # noqa: PLR2004  its own name
        return None
    validators = Validators(said[b"etag"].decode("latin-1"), _moment(said.get(b"last-modified")))
    return Kept(headers, body, validators)


def _moment(value: bytes | None) -> datetime | None:
    return None if value is None else parsedate_to_datetime(value.decode("latin-1"))


async def _answer(scope: Scope, kept: Kept, send: Send) -> None:
    conditions = _conditions(scope["headers"])
    none_match, since = conditions.get(b"if-none-match"), conditions.get(b"if-modified-since")
    if conditions and is_unchanged(kept.validators, none_match, since):
        left = [pair for pair in kept.headers if pair[0] not in _OF_BODY]
        await send({"type": "http.response.start", "status": 304, "headers": left})
        await send({"type": "http.response.body", "body": b""})
        return
    # a copy: middlewares around this one may add to the list
    await send({"type": "http.response.start", "status": 200, "headers": list(kept.headers)})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else kept.body})


def _conditions(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, str]:
    """Read the headers that make a request conditional; several lines of one are one list (RFC 9110, 5.3)."""
    found: dict[bytes, str] = {}
    for name, value in headers:
        if name in _CONDITIONS:
            text = value.decode("latin-1")
            found[name] = f"{found[name]}, {text}" if name in found else text
    return found


@lru_cache(maxsize=1024)
def _language(query: str, accepted: str, default: str) -> str:
    asked = dict(parse_qsl(query)).get("lang")
    return choose_language(asked, accepted or None, default)


@lru_cache(maxsize=1024)
def _takes_gzip(accepted: str) -> bool:
    return accepts_gzip(accepted or None)
