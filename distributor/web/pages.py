"""Make a page of a template: the frame that all pages share, and how it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Response

from distributor.i18n import LANGUAGES
from distributor.model.canonical import digest_bytes
from distributor.templating import html_environment, render
from distributor.usecases.list_feeds import FeedLink, feeds_of_site
from distributor.web.conditional import Validators
from distributor.web.representation import Representation, respond
from distributor.web.visit import Visit

HTML = "text/html; charset=utf-8"
PRIVATE = "no-store"
_REVALIDATE = "public, no-cache"
_TAG_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Page:
    """A page before it is rendered.

    Args:
        template: name below the folder of templates.
        title: what the page is about, without the name of the site; empty for the home page.
        path: permanent path of the page, decoded, without a slash at its start; None for one that has no address of
            its own and is not meant for search engines (errors, captured mail).
        values: the names the template may use beside those of the frame.
        description: one or two sentences for search engines and previews, or empty.
        kind: type of the page by the Open Graph protocol: website or article.
        feeds: the feeds that the page points to for feed readers.
        is_private: kept by nobody: it shows addresses or answers a token.
        headers: headers that differ from those of other pages.
    """

    template: str
    title: str
    path: str | None
    values: Mapping[str, object] = field(default_factory=dict)
    description: str = ""
    kind: str = "website"
    feeds: tuple[FeedLink, ...] = ()
    is_private: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


def show(visit: Visit, page: Page, status: int = 200) -> Response:
    """Render a page and send it; a public one is compared with what the client has.

    Args:
        visit: the request.
        page: what to show.
        status: status of the answer.
    """
    context = {**page.values, **_frame(visit, page)}
    body = render(html_environment(), page.template, visit.language, context).encode("utf-8", "replace")
    private = page.is_private or status != 200  # noqa: PLR2004  the number is its own name
    found = Representation(
        body=body,
        media_type=HTML,
        validators=Validators(f'"{digest_bytes(body)[:_TAG_LENGTH]}"'),
        cache_control=PRIVATE if private else _REVALIDATE,
        vary=("Accept-Language",),
        headers=page.headers,
    )
    return respond(visit.request, found, status)


def _frame(visit: Visit, page: Page) -> dict[str, Any]:
    publication = visit.site.context.publication
    other = next(language for language in LANGUAGES if language != visit.language)
    return {
        "page": page,
        "publication": publication,
        "link": visit.link,
        "file": visit.file,
        "asset": visit.asset,
        "public": visit.public,
        "feed_links": page.feeds or feeds_of_site(publication),
        "other_language": other,
        "switch": visit.in_language(other),
        "shows_captured_mail": visit.site.shows_captured_mail,
        "is_static": visit.site.is_static,
        "asked": visit.asked,
    }
