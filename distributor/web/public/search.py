"""Searching: the form, the results as a page and as a feed."""

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from distributor.i18n import translate
from distributor.publish import Format, search_feed
from distributor.usecases import search_archive
from distributor.usecases.list_feeds import FeedLink
from distributor.usecases.search_archive import Question
from distributor.web.conditional import Validators
from distributor.web.pages import Page, show
from distributor.web.public import shapes
from distributor.web.representation import Representation, respond
from distributor.web.routing import reading
from distributor.web.security import BYTES_POLICY
from distributor.web.site import Site
from distributor.web.visit import Visited

router = APIRouter()

_LONGEST = 200
Word = Annotated[str, Query(max_length=_LONGEST)]
Year = Annotated[str, Query(pattern=r"^([1-9][0-9]{3})?$")]
PageNumber = Annotated[int, Query(ge=1, le=1000)]


def _asked(
    q: Word = "", section: Word = "", contributor: Word = "", year: Year = "", publication: Word = ""
) -> Question:
    """Read a question from an address."""
    when = int(year) if year else None
    return Question(q, section or None, contributor or None, when, publication or None)


Asked = Annotated[Question, Depends(_asked)]


@reading(router, "/search")
async def results(visit: Visited, asked: Asked, page: PageNumber = 1) -> Response:
    """Show the form, and what was found."""
    context = visit.site.context
    question = replace(asked, page=page)
    found = await search_archive.search_archive(context, question)
    values = {
        "found": found,
        "choices": await search_archive.list_choices(context),
        "headings": [shapes.of_item(hit.listed, context.publication) for hit in found.hits],
        "query": _query(question),
        "asks": found.is_question,
    }
    title = translate("web.search.title", visit.language)
    feeds = _feeds(title, question) if found.is_question else ()
    return show(visit, Page("web/search.html", title, None, values, feeds=feeds))


@reading(router, "/search.atom.xml")
async def atom(request: Request, asked: Asked) -> Response:
    """Give the newest results as Atom."""
    return await _feed(request, asked, Format.ATOM)


@reading(router, "/search.json")
async def json_feed(request: Request, asked: Asked) -> Response:
    """Give the newest results as JSON Feed."""
    return await _feed(request, asked, Format.JSON)


async def _feed(request: Request, question: Question, form: Format) -> Response:
    site: Site = request.app.state.site
    entries = await search_archive.search_entries(site.context, question)
    body = search_feed(site.context.publication, question.text, _query(question), entries, form)
    found = Representation(
        body=body,
        media_type=form.content_type,
        validators=Validators(shapes.tag(body)),
        cache_control="public, max-age=900",
        headers={
            "access-control-allow-origin": "*",
            "content-security-policy": BYTES_POLICY,
            "x-robots-tag": "noindex",
        },
    )
    return respond(request, found)


def _query(question: Question) -> str:
    given = {
        "q": question.text,
        "section": question.section,
        "contributor": question.contributor,
        "year": question.year,
        "publication": question.publication,
    }
    return urlencode({name: value for name, value in given.items() if value})


def _feeds(title: str, question: Question) -> tuple[FeedLink, ...]:
    return tuple(
        FeedLink(f"{title}: {question.text} ({form.label})", form.media_type, f"search{form.ending}", _query(question))
        for form in (Format.ATOM, Format.JSON)
    )
