"""A request for a page: in which language, and how links are written for it."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import Depends, Request

from distributor.web.negotiation import choose_language, known_language
from distributor.web.site import Site

_SHORT = {"zh_CN": "zh", "en": "en"}


@dataclass(frozen=True, slots=True)
class Visit:
    """A request for a page.

    Args:
        request: the request.
        site: the site.
        language: language of the interface, one of i18n.LANGUAGES.
        carried: the language was asked for in the address, so that links carry it along.
    """

    request: Request
    site: Site
    language: str
    carried: bool

    def link(self, path: str = "") -> str:
        """Give the address of a page of this site, without a host, carrying a chosen language along.

        Args:
            path: decoded, without a slash at its start.
        """
        return self.file(path) + (f"?{urlencode({'lang': _SHORT[self.language]})}" if self.carried else "")

    def file(self, path: str) -> str:
        """Give the address of a document that is the same in every language, without a host."""
        return f"{self._root}/{quote(path)}"

    def asset(self, name: str) -> str:
        """Give the address of a style sheet, script or picture."""
        return f"{self._root}/{self.site.assets.versioned(name)}"

    def public(self, path: str) -> str:
        """Give the address of a page or document for the outside world; never made of the Host header.

        Args:
            path: decoded, without a slash at its start.
        """
        return f"{self.site.context.publication.base_url}/{quote(path)}"

    def in_language(self, language: str) -> str:
        """Give the address of this same page in a language."""
        # servers put the root path in front of the path, tests and some proxies do not (ASGI, HTTP connection scope)
        path = quote(str(self.request.scope["path"])).removeprefix(self._root).lstrip("/")
        return f"{self._root}/{path}?{urlencode({'lang': _SHORT[language]})}"

    @property
    def asked(self) -> str:
        """The language as it was asked for in the address, or empty."""
        return _SHORT[self.language] if self.carried else ""

    @property
    def _root(self) -> str:
        return quote(str(self.request.scope.get("root_path", "")).rstrip("/"))


def visit_of(request: Request) -> Visit:
    """Read from a request how its page is to be made."""
    site: Site = request.app.state.site
    asked = request.query_params.get("lang")
    default = known_language(site.settings.language) or "zh_CN"
    language = choose_language(asked, request.headers.get("accept-language"), default)
    return Visit(request, site, language, carried=known_language(asked) is not None)


Visited = Annotated[Visit, Depends(visit_of)]
