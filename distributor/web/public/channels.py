"""Sections and contributors: what each brought, and the contribution ledger."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from distributor.errors import Refused
from distributor.i18n import translate
from distributor.model.feeds import Channel, ChannelKind
from distributor.usecases import contribution_ledger, list_archive
from distributor.usecases.contribution_ledger import ContributionLedger
from distributor.usecases.list_feeds import feed_of_channel, feeds_of_channel
from distributor.web.conditional import Validators
from distributor.web.disposition import attachment
from distributor.web.pages import Page, show
from distributor.web.public import shapes
from distributor.web.representation import Representation, respond
from distributor.web.routing import reading
from distributor.web.security import BYTES_POLICY
from distributor.web.site import Site
from distributor.web.visit import Visit, Visited, visit_of

router = APIRouter()

Writer = Callable[[ContributionLedger, str], bytes]
Day = Annotated[str, Query(max_length=20)]


@reading(router, "/sections")
async def sections(visit: Visited) -> Response:
    """List the sections."""
    counts = await list_archive.list_channels(visit.site.context, ChannelKind.SECTION)
    title = translate("web.sections.title", visit.language)
    return show(visit, Page("web/sections.html", title, "sections", {"counts": counts}))


@reading(router, "/sections/{slug}")
async def section(visit: Visited, slug: str) -> Response:
    """Show the newest items of a section."""
    return await _items(visit, Channel(ChannelKind.SECTION, slug), 1)


@reading(router, "/sections/{slug}/{page:int}")
async def section_page(visit: Visited, slug: str, page: int) -> Response:
    """Show older items of a section."""
    return await _items(visit, Channel(ChannelKind.SECTION, slug), page)


@reading(router, "/contributors")
async def contributors(visit: Visited, first: Day = "", last: Day = "") -> Response:
    """Show the contribution ledger of all time, or of a period."""
    return await _ledger(visit, _period(first, last), 1)


# not below /contributors/, where a contributor may have any name
@reading(router, "/contributors-{page:int}")
async def contributors_page(visit: Visited, page: int, first: Day = "", last: Day = "") -> Response:
    """Show more of a long ledger."""
    return await _ledger(visit, _period(first, last), page)


@reading(router, "/contributors.csv")
async def summary(request: Request, first: Day = "", last: Day = "") -> Response:
    """Give the ledger as a table: one row for each contributor."""
    return await _table(request, "contributors.csv", _period(first, last), contribution_ledger.summary_csv)


@reading(router, "/contributions.csv")
async def detail(request: Request, first: Day = "", last: Day = "") -> Response:
    """Give the ledger as a table: one row for each contributor and bulletin."""
    return await _table(request, "contributions.csv", _period(first, last), contribution_ledger.detail_csv)


@reading(router, "/contributors/{slug}")
async def contributor(visit: Visited, slug: str) -> Response:
    """Show what a contributor supplied, by year and item by item."""
    return await _items(visit, Channel(ChannelKind.CONTRIBUTOR, slug), 1)


@reading(router, "/contributors/{slug}/{page:int}")
async def contributor_page(visit: Visited, slug: str, page: int) -> Response:
    """Show older items of a contributor."""
    return await _items(visit, Channel(ChannelKind.CONTRIBUTOR, slug), page)


async def _ledger(visit: Visit, period: tuple[date | None, date | None], number: int) -> Response:
    ledger = await contribution_ledger.contribution_ledger(visit.site.context, *period)
    part = shapes.page_of(ledger.lines, number)
    values = {
        "ledger": ledger,
        "part": part,
        "bars": part.of(shapes.bars([line.items for line in ledger.lines])),
        "period": shapes.period(ledger.first, ledger.last),
    }
    title = translate("web.contributors.title", visit.language)
    # a period is a question of one reader: search engines need the ledger once
    path = part.path("contributors") if ledger.first is None and ledger.last is None else None
    return show(visit, Page("web/contributors.html", title, path, values))


async def _items(visit: Visit, channel: Channel, number: int) -> Response:
    context = visit.site.context
    found = await list_archive.list_items(context, channel, number)
    years: Sequence[tuple[str, int]] = ()
    if channel.kind is ChannelKind.CONTRIBUTOR and number == 1:
        years = (await contribution_ledger.contributor_line(context, channel.slug)).by_year
    name = found.count.name
    values = {
        "found": found,
        "kind": channel.kind.value,
        "feed": feed_of_channel(context.publication, found.count),
        "headings": [shapes.of_item(group[0], context.publication) for group in found.by_bulletin],
        "years": years,
        "bars": shapes.bars([items for _, items in years]),
    }
    path = f"{channel.kind.value}/{channel.slug}" + (f"/{number}" if number > 1 else "")
    feeds = feeds_of_channel(context.publication, channel, name)
    return show(visit, Page("web/channel.html", name, path, values, feeds=feeds))


def _period(first: str, last: str) -> tuple[date | None, date | None]:
    begin, end = _day(first), _day(last)
    if begin is not None and end is not None and begin > end:
        raise Refused("period-backwards", first=begin.isoformat(), last=end.isoformat())
    return begin, end


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused("date-unreadable", text=text) from error


async def _table(request: Request, name: str, period: tuple[date | None, date | None], write: Writer) -> Response:
    site: Site = request.app.state.site
    visit = visit_of(request)
    ledger = await contribution_ledger.contribution_ledger(site.context, *period)
    body = write(ledger, visit.language)
    found = Representation(
        body=body,
        media_type="text/csv; charset=utf-8",
        validators=Validators(shapes.tag(body)),
        cache_control="public, no-cache",
        vary=("Accept-Language",),
        headers={"content-disposition": attachment(name), "content-security-policy": BYTES_POLICY},
    )
    return respond(request, found)
