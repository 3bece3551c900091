"""Security headers on every answer (OWASP ASVS 5.0, 3.4); a page that needs other ones sets them itself."""

from collections.abc import Mapping
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# a page that shows a mail in a frame
FRAME_POLICY: Final = f"{PAGE_POLICY}; frame-src 'self'"
# the mail in the frame: its own styles, links that open where the reader clicks, nothing fetched, no script
MAIL_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)
# bytes that are no page: feeds, originals, mails as they came
BYTES_POLICY: Final = "default-src 'none'; frame-ancestors 'none'; sandbox"

_ALWAYS: Final[Mapping[str, str]] = {
    "content-security-policy": PAGE_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_STRICT_TRANSPORT: Final = "max-age=31536000"


class SecurityHeaders:
    """Adds the headers that a page did not set itself.

    Args:
        app: the application.
        https: the public address of the site is https, so that HSTS may be sent where the request was https too.
    """

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and complete the headers of its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        secured = self._https and scope["scheme"] == "https"

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
                if secured:
                    headers["strict-transport-security"] = _STRICT_TRANSPORT
            await send(message)

        await self._app(scope, receive, complete)
