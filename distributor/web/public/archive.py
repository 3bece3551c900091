"""The archive: home, bulletins, items and original files."""

from fastapi import APIRouter, Request, Response

from distributor.model.record import display_title
from distributor.usecases import read_archive
from distributor.usecases.list_feeds import feeds_of_item
from distributor.web.conditional import Validators
from distributor.web.disposition import attachment
from distributor.web.pages import Page, show
from distributor.web.public import shapes
from distributor.web.representation import Representation, respond
from distributor.web.routing import reading
from distributor.web.security import BYTES_POLICY
from distributor.web.site import Site
from distributor.web.visit import Visited

router = APIRouter()


@reading(router, "/")
async def home(visit: Visited) -> Response:
    """Show the latest bulletin and the list of all."""
    context = visit.site.context
    records = await read_archive.list_published(context)
    values = {
        "latest": shapes.heading(records[0], context.publication) if records else None,
        "sections": records[0].sections if records else (),
        "years": shapes.by_year([shapes.heading(record, context.publication) for record in records]),
    }
    return show(visit, Page("web/home.html", "", "", values, context.publication.description))


@reading(router, "/bulletins/{bulletin_id}")
async def bulletin(visit: Visited, bulletin_id: str) -> Response:
    """Show a bulletin as it is printed."""
    publication = visit.site.context.publication
    found = await read_archive.read_bulletin(visit.site.context, bulletin_id)
    record = found.bulletin
    heading = shapes.heading(record, publication)
    values = {
        "bulletin": record,
        "heading": heading,
        "printed_date": shapes.printed(heading.date),
        "distribution": shapes.distribution_lines(record.distribution),
        "has_original": found.has_original,
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
        validators=Validators(f'"{record.original.sha256}"', shapes.whole_seconds(record.published)),
        cache_control="public, max-age=3600",
        headers={
            "content-disposition": attachment(record.original.name),
            "content-security-policy": BYTES_POLICY,
        },
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
    values = {"found": found, "heading": heading, "printed_date": shapes.printed(heading.date)}
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
