"""What keeps foreign sites out of forms: form tokens, where a request comes from, where a login leads; pure."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from distributor.errors import Refused
from distributor.tokens import new_key

SAFE_METHODS = frozenset({"GET", "HEAD"})
HOME = "/desk/"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_LONGEST_NEXT = 500
_SUSPICIOUS = ("\\", "//", " ", "/..")


def make_form_token(secret: str) -> str:
    """Make a token for the forms of one page; each looks different, so that compression betrays nothing (BREACH).

    Args:
        secret: the token of the session, which the page does not show.
    """
    once = new_key()
    return f"{once}.{_signature(secret, once)}"


def is_form_token(secret: str, token: str) -> bool:
    """Whether a form was made for this session.

    Args:
        secret: the token of the session.
        token: what came with the form.
    """
    once, _, signature = token.partition(".")
    return hmac.compare_digest(signature.encode(), _signature(secret, once).encode())


def require_same_origin(headers: Mapping[str, str], own: frozenset[str]) -> None:
    """Refuse a request that a page of another site made (Fetch Metadata; RFC 6454, 7).

    Every browser of the last years sends at least one of the two headers with a form; what sends none is refused.

    Args:
        headers: of the request.
        own: the origins under which this site is reached.

    Raises:
        Refused: `foreign-origin`.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is None and origin is None:
        raise Refused("foreign-origin")
    if site not in {None, "same-origin"} or (origin is not None and origin.lower() not in own):
        raise Refused("foreign-origin")


def own_origins(host: str | None, base_url: str) -> frozenset[str]:
    """Give the origins under which the site is reached: by the host that the browser asked, and the public address.

    Args:
        host: value of Host, None when absent.
        base_url: public address of the site.
    """
    public = urlsplit(base_url)
    named = {f"{scheme}://{host.lower()}" for scheme in ("http", "https")} if host else set()
    return frozenset({*named, f"{public.scheme}://{public.netloc}".lower()})


def safe_next(wanted: str | None) -> str:
    """Give where to go after a login: a page of the desk and nothing else.

    Args:
        wanted: what the address or the form says, or None.
    """
    if wanted is None or len(wanted) > _LONGEST_NEXT or not wanted.startswith(HOME):
        return HOME
    is_plain = wanted.isprintable() and wanted.isascii() and not any(mark in wanted for mark in _SUSPICIOUS)
    return wanted if is_plain else HOME


@dataclass(frozen=True, slots=True)
class CookieNames:
    """The cookies of the desk.

    Args:
        is_secure: only sent over https; the prefix keeps other hosts of the domain from setting them (RFC 6265bis).
    """

    is_secure: bool

    @property
    def session(self) -> str:
        """The cookie of who is logged in."""
        return self._named("desk")

    @property
    def guest(self) -> str:
        """The cookie that the form of the login is bound to."""
        return self._named("desk-guest")

    @property
    def flash(self) -> str:
        """The cookie that carries one message to the next page."""
        return self._named("desk-flash")

    def _named(self, name: str) -> str:
        return f"__Host-{name}" if self.is_secure else name


def cookie_names(scheme: str, host: str | None, base_url: str) -> CookieNames:
    """Decide whether cookies are for https alone: yes where the site is https, except on this machine's own loopback.

    Args:
        scheme: of the request as the server saw it; a proxy may have taken https off.
        host: value of Host, None when absent.
        base_url: public address of the site.
    """
    if scheme == "https":
        return CookieNames(is_secure=True)
    name = (host or "").lower().rsplit(":", 1)[0] if not (host or "").endswith("]") else (host or "").lower()
    return CookieNames(is_secure=base_url.startswith("https://") and name not in _LOOPBACK)


def _signature(secret: str, once: str) -> str:
    return hmac.new(secret.encode("utf-8", "surrogatepass"), f"form {once}".encode(), sha256).hexdigest()
