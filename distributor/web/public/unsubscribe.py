"""Unsubscribing: GET shows a button and changes nothing, POST acts at once (RFC 8058)."""

from fastapi import APIRouter, Response

from distributor.i18n import translate
from distributor.log import mask
from distributor.usecases.request_unsubscribe import UnsubscribeRequest, read_request, request_unsubscribe
from distributor.web.pages import Page, show
from distributor.web.public.subscribe import origin_of
from distributor.web.routing import reading
from distributor.web.visit import Visit, Visited

router = APIRouter()


@reading(router, "/unsubscribe/{token}")
async def ask(visit: Visited, token: str) -> Response:
    """Show whose mails would stop, and the button."""
    request = await read_request(visit.site.context, token)
    return _answer(visit, "web/unsubscribe.html", request, token)


@router.post("/unsubscribe/{token}", response_model=None, include_in_schema=False)
async def act(visit: Visited, token: str) -> Response:
    """Stop the mails, or pass the wish on; the body is not needed, because the token says everything.

    No cookie, no login, no redirect, and the same answer however often it is sent. A token is a secret of one mail, so
    that a foreign site cannot make a browser send one that it does not know.
    """
    request = await request_unsubscribe(visit.site.context, token, origin_of(visit.request))
    return _answer(visit, "web/unsubscribed.html", request, token)


def _answer(visit: Visit, template: str, request: UnsubscribeRequest, token: str) -> Response:
    wanted = request.recipient_list
    title = translate(f"web.unsubscribe.title-{'must' if wanted.must_receive else 'free'}", visit.language)
    values = {"list": wanted, "names": request.names, "address": mask(request.address), "token": token}
    page = Page(template, title, None, values, is_private=True, headers={"referrer-policy": "no-referrer"})
    return show(visit, page)
