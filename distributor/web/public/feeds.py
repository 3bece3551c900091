"""Feeds: the page for people, and the stored documents for programs."""

from typing import Final

from fastapi import APIRouter, Request, Response

from distributor.i18n import translate
from distributor.publish import ChannelKind
from distributor.usecases.list_feeds import list_feeds
from distributor.usecases.read_document import read_document
from distributor.web.conditional import Validators
from distributor.web.pages import Page, show
from distributor.web.representation import Representation, respond
from distributor.web.routing import reading
from distributor.web.security import BYTES_POLICY
from distributor.web.site import Site
from distributor.web.visit import Visited

router = APIRouter()

# a poll every quarter of an hour is enough for a bulletin, and readers that keep to it cost nothing
_CACHE: Final = "public, max-age=900"
_HEADERS: Final = {
    "access-control-allow-origin": "*",
    "content-security-policy": BYTES_POLICY,
    "cross-origin-resource-policy": "cross-origin",
}
# the address of a restricted feed is a secret of one body: kept by no cache, read by no script, found by no robot
_RESTRICTED: Final = "restricted/"
_UNKEPT: Final = "private, no-store"
_GUARDED: Final = {
    "content-security-policy": BYTES_POLICY,
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
}


@reading(router, "/feeds")
async def feeds_page(visit: Visited) -> Response:
    """Explain feeds and list all of them."""
    feeds = await list_feeds(visit.site.context)
    values = {
        "everything": [feed for feed in feeds if feed.kind is ChannelKind.EVERYTHING],
        "sections": [feed for feed in feeds if feed.kind is ChannelKind.SECTION],
        "contributors": [feed for feed in feeds if feed.kind is ChannelKind.CONTRIBUTOR],
    }
    title = translate("web.feeds.title", visit.language)
    description = translate("web.feeds.description", visit.language)
    return show(visit, Page("web/feeds.html", title, "feeds", values, description))


@reading(router, "/feeds/{path:path}")
async def document(request: Request, path: str) -> Response:
    """Give a stored document as it is: one representation, whatever the client says that it accepts."""
    site: Site = request.app.state.site
    stored = await read_document(site.context, f"feeds/{path}")
    is_restricted = path.startswith(_RESTRICTED)
    found = Representation(
        body=stored.body,
        media_type=stored.media_type,
        validators=Validators(stored.etag, stored.last_modified),
        cache_control=_UNKEPT if is_restricted else _CACHE,
        headers=_GUARDED if is_restricted else _HEADERS,
    )
    return respond(request, found)
