"""Subscribing: the form, the button that confirms; GET changes nothing, and every address gets the same answer."""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Request, Response

from distributor.errors import AddressRefused, Refused
from distributor.i18n import error_sentence, translate
from distributor.model.recipient import RecipientList
from distributor.model.subscriber import Frequency, Preferences
from distributor.templating import html_environment, language_tag, render
from distributor.usecases import confirm_subscription as confirming
from distributor.usecases.find_subscriber_lists import find_subscriber_lists
from distributor.usecases.subscribe import SignUp, consent_sentence, subscribe
from distributor.web.desk.forms import SMALL, Form, read_form
from distributor.web.pages import Page, show
from distributor.web.routing import reading
from distributor.web.visit import Visit, Visited

router = APIRouter()

SECRET: Final = {"referrer-policy": "no-referrer"}
_UNPROCESSABLE: Final = 422


@reading(router, "/subscribe")
async def form(visit: Visited) -> Response:
    """Show the form."""
    lists = await find_subscriber_lists(visit.site.context)
    return _form(visit, lists) if lists else _closed(visit)


@router.post("/subscribe", response_model=None, include_in_schema=False)
async def ask(request: Request, visit: Visited) -> Response:
    """Take a request; the form may stand on another site, it carries nothing that this site trusts."""
    sent = await read_form(request, SMALL)
    lists = await find_subscriber_lists(visit.site.context)
    if not lists:
        return _closed(visit)
    if not sent.text("website"):
        # people do not see that field, programs fill in every one
        try:
            await subscribe(visit.site.context, _sign_up(visit, sent))
        except AddressRefused as error:
            return _form(visit, lists, sent, error_sentence(error, visit.language), _UNPROCESSABLE)
    title = translate("web.subscribe.sent-title", visit.language)
    days = visit.site.context.subscriptions.token_life.days
    values = {"sentence": translate("web.subscribe.sent", visit.language, days=days), "onward": None}
    return show(visit, Page("web/subscribe/told.html", title, None, values, is_private=True))


@reading(router, "/subscribe/confirm/{token}")
async def look(visit: Visited, token: str) -> Response:
    """Show what would be confirmed, and the button."""
    asked = await confirming.read_subscription_request(visit.site.context, token)
    title = translate("web.subscribe.confirm-title", visit.language)
    names = "、".join(asked.list_names)
    values = {
        "sentence": translate("web.subscribe.confirm", visit.language, address=asked.address, lists=names),
        "action": visit.link(f"subscribe/confirm/{token}"),
        "label": title,
        "small": asked.text,
    }
    return show(visit, Page("web/subscribe/ask.html", title, None, values, is_private=True, headers=SECRET))


@router.post("/subscribe/confirm/{token}", response_model=None, include_in_schema=False)
async def confirm(visit: Visited, token: str) -> Response:
    """Confirm; the token is a secret of one mail, so that no other site can make a browser send it."""
    done = await confirming.confirm_subscription(visit.site.context, token, origin_of(visit.request))
    kind = "waits" if done.waits else "done"
    title = translate(f"web.subscribe.{kind}-title", visit.language)
    names = "、".join(done.list_names)
    local = done.preferences_url.removeprefix(f"{visit.site.context.publication.base_url}/")
    values = {
        "sentence": translate(f"web.subscribe.{kind}", visit.language, address=done.address, lists=names),
        "onward": (visit.link(local), translate("mail.subscription.preferences", visit.language)),
    }
    return show(visit, Page("web/subscribe/told.html", title, None, values, is_private=True, headers=SECRET))


def origin_of(request: Request) -> str:
    """Give the network address of a request, as the server saw it behind its proxies."""
    return request.client.host if request.client is not None else ""


def frequency_of(sent: Form) -> Frequency:
    """Read how often; whatever is none of the choices is each issue."""
    wanted = sent.text("frequency")
    return Frequency(wanted) if wanted in set(Frequency) else Frequency.ISSUE


def language_of(sent: Form, usual: str) -> str:
    """Read in which language; whatever is none of the choices is that of the page."""
    wanted = sent.text("language")
    return wanted if wanted in {"zh-CN", "en"} else usual


def _closed(visit: Visit) -> Response:
    title = translate("web.subscribe.title", visit.language)
    values = {
        "sentence": translate("web.subscribe.closed", visit.language),
        "onward": (visit.link("feeds"), translate("web.frame.feeds", visit.language)),
    }
    return show(visit, Page("web/subscribe/told.html", title, "subscribe", values))


def _sign_up(visit: Visit, sent: Form) -> SignUp:
    if len(sent.all("list")) > len(set(sent.all("list"))):
        raise Refused("list-not-open", lists="、".join(sent.all("list")))
    language = language_of(sent, language_tag(visit.language))
    preferences = Preferences(frequency_of(sent), language)
    return SignUp(sent.text("address"), sent.all("list"), preferences, origin_of(visit.request))


def _form(
    visit: Visit, lists: Sequence[RecipientList], sent: Form | None = None, problem: str = "", status: int = 200
) -> Response:
    sent = sent or Form()
    consent = consent_sentence(visit.site.context, language_tag(visit.language))
    snippet = {"public": visit.public, "list_id": lists[0].id, "consent": consent}
    values = {
        "lists": lists,
        "chosen": sent.all("list"),
        "approval": visit.site.context.subscriptions.approval,
        "frequencies": [one.value for one in Frequency],
        "frequency": frequency_of(sent).value,
        "address": sent.text("address"),
        "problem": problem,
        "consent": consent,
        "snippet": render(html_environment(), "web/subscribe/snippet.html", visit.language, snippet),
    }
    title = translate("web.subscribe.title", visit.language)
    description = translate("web.subscribe.lead", visit.language, title=visit.site.context.publication.name)
    return show(visit, Page("web/subscribe/form.html", title, "subscribe", values, description), status)
