"""For search engines: what they may read, and where everything is (robots.txt RFC 9309, sitemaps.org 0.9)."""

from collections.abc import Iterable

from fastapi import APIRouter, Request, Response
from lxml import etree

from distributor.model.search import ListedBulletin
from distributor.usecases.list_archive import list_addresses, list_years
from distributor.web.conditional import Validators
from distributor.web.public import shapes
from distributor.web.representation import Representation, respond
from distributor.web.routing import reading
from distributor.web.security import BYTES_POLICY
from distributor.web.site import Site
from distributor.web.visit import Visit, visit_of

router = APIRouter()

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
# pages of one reader, pages without end, and what is no page
_CLOSED = ("/desk", "/search", "/subscribe", "/unsubscribe", "/preferences", "/captured", "/feeds/restricted/")
_ALWAYS = ("", "archive", "sections", "contributors", "feeds")


@reading(router, "/robots.txt")
async def robots(request: Request) -> Response:
    """Say what robots may read: everything but what is meant for one reader."""
    visit = visit_of(request)
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _CLOSED), "", f"Sitemap: {visit.public('sitemap.xml')}"]
    return _answer(request, "\n".join(lines).encode() + b"\n", "text/plain; charset=utf-8")


@reading(router, "/sitemap.xml")
async def sitemap(request: Request) -> Response:
    """List the sitemaps: one of the lists, and one for each year, since none may name more than 50,000 pages."""
    site: Site = request.app.state.site
    visit = visit_of(request)
    years = await list_years(site.context)
    names = ["sitemaps/lists.xml", *(f"sitemaps/{year}.xml" for year in years)]
    return _answer(request, _written("sitemapindex", "sitemap", map(visit.public, names)))


@reading(router, "/sitemaps/lists.xml")
async def lists(request: Request) -> Response:
    """Name the pages that are always there."""
    visit = visit_of(request)
    return _answer(request, _written("urlset", "url", map(visit.public, _ALWAYS)))


@reading(router, "/sitemaps/{year:int}.xml")
async def of_year(request: Request, year: int) -> Response:
    """Name the bulletins of a year and their items."""
    site: Site = request.app.state.site
    found = await list_addresses(site.context, year)
    return _answer(request, _written("urlset", "url", _addresses(visit_of(request), found)))


def _addresses(visit: Visit, found: Iterable[tuple[ListedBulletin, tuple[str, ...]]]) -> Iterable[str]:
    for bulletin, keys in found:
        yield visit.public(f"bulletins/{bulletin.id}")
        yield from (visit.public(f"items/{key}") for key in keys)


def _written(root: str, each: str, addresses: Iterable[str]) -> bytes:
    tree = etree.Element(root, xmlns=_SITEMAP)
    for address in addresses:
        etree.SubElement(etree.SubElement(tree, each), "loc").text = address
    return etree.tostring(tree, encoding="UTF-8", xml_declaration=True)


def _answer(request: Request, body: bytes, media_type: str = "application/xml; charset=utf-8") -> Response:
    found = Representation(
        body=body,
        media_type=media_type,
        validators=Validators(shapes.tag(body)),
        cache_control="public, max-age=3600",
        headers={"content-security-policy": BYTES_POLICY},
    )
    return respond(request, found)
