"""The archive: home, bulletins, items and original files."""

from typing import Final

from fastapi import APIRouter, Request, Response

from distributor.i18n import translate
from distributor.model.record import display_title
from distributor.publish import ChannelKind, channels_of
from distributor.usecases import list_archive, read_archive
from distributor.usecases.list_feeds import feeds_of_item
from distributor.web.conditional import Validators
from distributor.web.disposition import attachment
from distributor.web.pages import Page, show
from distributor.web.public import shapes
from distributor.web.public.beginnings import beginnings_of
from distributor.web.representation import Representation, respond
from distributor.web.routing import reading
from distributor.web.security import BYTES_POLICY
from distributor.web.site import Site
from distributor.web.visit import Visit, Visited

router = APIRouter()

_RECENT: Final = 24


@reading(router, "/")
async def home(visit: Visited) -> Response:
    """Show the latest bulletin and the newest before it."""
    context = visit.site.context
    records = await read_archive.list_published(context, limit=1)
    recent = await list_archive.list_bulletins(context, limit=_RECENT)
    values = {
        "latest": shapes.heading(records[0], context.publication) if records else None,
        "sections": records[0].sections if records else (),
        "years": shapes.by_year([shapes.listed(one, context.publication) for one in recent]),
        "all_years": await list_archive.list_years(context),
        "structured": shapes.website(context.publication),
    }
    return show(visit, Page("web/home.html", "", "", values, context.publication.description))


@reading(router, "/archive")
async def archive(visit: Visited) -> Response:
    """Show the years, and the bulletins of the newest."""
    years = await list_archive.list_years(visit.site.context)
    return await _year(visit, years[0] if years else None, years, "archive")


@reading(router, "/archive/{year:int}")
async def year_page(visit: Visited, year: int) -> Response:
    """Show the bulletins of a year."""
    years = await list_archive.list_years(visit.site.context)
    return await _year(visit, year, years, f"archive/{year}")


async def _year(visit: Visit, year: int | None, years: tuple[int, ...], path: str) -> Response:
    context = visit.site.context
    found = await list_archive.list_bulletins(context, year=year) if year is not None else ()
    headings = [shapes.listed(one, context.publication) for one in found]
    values = {"year": year, "years": years, "headings": headings}
    name = "web.archive.title" if path == "archive" else "web.archive.title-year"
    return show(visit, Page("web/archive.html", translate(name, visit.language, year=year), path, values))


@reading(router, "/bulletins/{bulletin_id}")
async def bulletin(visit: Visited, bulletin_id: str) -> Response:
    """Show a bulletin as it is printed."""
    publication = visit.site.context.publication
    found = await read_archive.read_bulletin(visit.site.context, bulletin_id)
    record = found.bulletin
    heading = shapes.heading(record, publication)
    values = {
        "bulletin": record,
        "beginnings": beginnings_of(record),
        "heading": heading,
        "printed_date": shapes.printed(heading.date),
        "distribution": shapes.distribution_lines(record.distribution),
        "has_original": found.has_original,
        "print_size": found.print_size,
        "corrected": shapes.corrected_items(record, publication),
    }
    title = display_title(record.masthead) or publication.name
    page = Page("web/bulletin.html", title, f"bulletins/{record.id}", values, shapes.contents(record), "article")
    return show(visit, page)


@reading(router, "/bulletins/{bulletin_id}/original")
async def original(request: Request, bulletin_id: str) -> Response:
    """Give the file a bulletin came from."""
    site: Site = request.app.state.site
    record, body = await read_archive.read_original(site.context, bulletin_id)
    found = Representation(
        body=body,
        media_type=record.original.media_type,
        # no date: the file changes with a correction, and an older one may come back with a restored copy
        validators=Validators(f'"{record.original.sha256}"'),
        cache_control="public, max-age=3600",
        headers={
            "content-disposition": attachment(record.original.name),
            "content-security-policy": BYTES_POLICY,
        },
        is_text=False,
    )
    return respond(request, found)


@reading(router, "/bulletins/{bulletin_id}/issue.pdf")
async def printed(request: Request, bulletin_id: str) -> Response:
    """Give a bulletin as it is printed on paper."""
    site: Site = request.app.state.site
    record, stored = await read_archive.read_print(site.context, bulletin_id)
    name = display_title(record.masthead) or site.context.publication.name
    found = Representation(
        body=stored.body,
        media_type=stored.media_type,
        validators=Validators(stored.etag, stored.last_modified),
        cache_control="public, max-age=3600",
        headers={"content-disposition": attachment(f"{name}.pdf"), "content-security-policy": BYTES_POLICY},
        is_text=False,
    )
    return respond(request, found)


@reading(router, "/items/{key}")
async def item(visit: Visited, key: str) -> Response:
    """Show one item among its neighbours."""
    publication = visit.site.context.publication
    found = await read_archive.read_item(visit.site.context, key)
    content = found.item.content
    heading = shapes.heading(found.bulletin, publication)
    channels = channels_of(found.item)
    values = {
        "found": found,
        "heading": heading,
        "printed_date": shapes.printed(heading.date),
        "section": next((one.slug for one, _ in channels if one.kind is ChannelKind.SECTION), ""),
        "contributors": [(one.slug, name) for one, name in channels if one.kind is ChannelKind.CONTRIBUTOR],
        "corrected": shapes.day_of(found.correction.published, publication) if found.correction else "",
    }
    page = Page(
        template="web/item.html",
        title=content.title,
        path=f"items/{key}",
        values=values,
        description=shapes.excerpt(content.paragraphs),
        kind="article",
        feeds=feeds_of_item(publication, found.item),
    )
    return show(visit, page)
