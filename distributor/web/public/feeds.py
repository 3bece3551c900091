"""Feeds: the page for people, and the stored documents for programs."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, BackgroundTasks, Request, Response

from distributor.i18n import translate
from distributor.model.document import Document
from distributor.publish import ChannelKind, is_announced
from distributor.templating import language_tag
from distributor.usecases.find_subscriber_lists import find_subscriber_lists
from distributor.usecases.list_feeds import list_feeds
from distributor.usecases.read_document import read_document
from distributor.usecases.restricted_feeds import count_fetch, read_restricted
from distributor.usecases.subscribe import consent_sentence
from distributor.web.conditional import Validators
from distributor.web.pages import Page, show
from distributor.web.public import shapes
from distributor.web.representation import Representation, respond
from distributor.web.routing import reading
from distributor.web.security import BYTES_POLICY
from distributor.web.site import Site
from distributor.web.visit import Visit, Visited

router = APIRouter()

# of a longer list the addresses stand on the pages of its members alone: no page may weigh 100 KB
_MOST_WITH_FORMATS: Final = 50
# a poll every quarter of an hour is enough for a bulletin, and readers that keep to it cost nothing
_CACHE: Final = "public, max-age=900"
_HEADERS: Final = {
    "access-control-allow-origin": "*",
    "content-security-policy": BYTES_POLICY,
    "cross-origin-resource-policy": "cross-origin",
}
# the address of a restricted feed is a secret of one body: kept by no cache, read by no script, found by no robot
_UNKEPT: Final = "private, no-store"
_GUARDED: Final = {
    "content-security-policy": BYTES_POLICY,
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
}


@reading(router, "/feeds")
async def feeds_page(visit: Visited) -> Response:
    """Explain feeds and list all of them."""
    return await _list(visit, 1)


# not below /feeds/, where documents stand
@reading(router, "/feeds-{page:int}")
async def more_feeds(visit: Visited, page: int) -> Response:
    """List more contributors, where there are many."""
    return await _list(visit, page)


@reading(router, "/feeds/restricted/{name}")
async def restricted(request: Request, name: str, after: BackgroundTasks) -> Response:
    """Give the feed of one body, and count that it was fetched once the answer is on its way."""
    site: Site = request.app.state.site
    access, stored = await read_restricted(site.context, name)
    after.add_task(count_fetch, site.context, access)
    response = respond(request, _representation(stored, _UNKEPT, _GUARDED))
    response.background = after
    return response


@reading(router, "/feeds/{path:path}")
async def document(request: Request, path: str) -> Response:
    """Give a stored document as it is: one representation, whatever the client says that it accepts."""
    site: Site = request.app.state.site
    stored = await read_document(site.context, f"feeds/{path}")
    return respond(request, _representation(stored, _CACHE, {**_HEADERS, **_discovery(site, stored)}))


async def _list(visit: Visit, number: int) -> Response:
    feeds = await list_feeds(visit.site.context)
    by_kind = {kind: [feed for feed in feeds if feed.kind is kind] for kind in ChannelKind}
    contributors = by_kind[ChannelKind.CONTRIBUTOR]
    part = shapes.page_of(contributors, number)
    lists = () if visit.site.is_static else await find_subscriber_lists(visit.site.context)
    values = {
        "lists": lists,
        "consent": consent_sentence(visit.site.context, language_tag(visit.language)) if lists else "",
        "approval": visit.site.context.subscriptions.approval,
        "everything": by_kind[ChannelKind.EVERYTHING],
        "sections": by_kind[ChannelKind.SECTION],
        "part": part,
        "shows_addresses": len(contributors) <= _MOST_WITH_FORMATS,
    }
    title = translate("web.feeds.title", visit.language)
    description = translate("web.feeds.description", visit.language)
    return show(visit, Page("web/feeds.html", title, part.path("feeds"), values, description))


def _representation(stored: Document, cache_control: str, headers: Mapping[str, str]) -> Representation:
    return Representation(
        body=stored.body,
        media_type=stored.media_type,
        validators=Validators(stored.etag, stored.last_modified),
        cache_control=cache_control,
        headers=headers,
    )


def _discovery(site: Site, stored: Document) -> dict[str, str]:
    """Name the hub and the address of the feed in the header as the document does (W3C WebSub, 4)."""
    hub = site.context.feeds.hub
    if hub is None or not is_announced(stored.path):
        return {}
    own = f"{site.context.publication.base_url}/{quote(stored.path)}"
    return {"link": f'<{hub}>; rel="hub", <{own}>; rel="self"'}
