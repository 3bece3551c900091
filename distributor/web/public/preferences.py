"""The page of a subscription, by a signed link: how often, what, where to, and the end of it."""

import json
import re
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from distributor.errors import DistributorError, Refused
from distributor.i18n import error_sentence, translate
from distributor.log import mask
from distributor.model.recipient import MailFormat
from distributor.model.subscriber import Interests, Preferences
from distributor.templating import language_tag
from distributor.usecases import change_preferences as changing
from distributor.usecases import own_data
from distributor.usecases.subscribe import SignUp, subscribe
from distributor.web.desk.forms import SMALL, Form, read_form
from distributor.web.disposition import attachment
from distributor.web.pages import PRIVATE, Page, show
from distributor.web.public.subscribe import SECRET, frequency_of, language_of, origin_of
from distributor.web.routing import reading
from distributor.web.security import BYTES_POLICY
from distributor.web.visit import Visit, Visited

router = APIRouter()

_BETWEEN_WORDS: Final = re.compile(r"[;；,，、\s]+")


@reading(router, "/preferences/{token}")
async def look(visit: Visited, token: str) -> Response:
    """Show a subscription."""
    return await _page(visit, token)


@router.post("/preferences/{token}", response_model=None, include_in_schema=False)
async def change(request: Request, visit: Visited, token: str) -> Response:
    """Write to the subscriber in another way from now on."""
    sent = await read_form(request, SMALL)
    try:
        wanted = _preferences(sent, language_tag(visit.language))
        await changing.change_preferences(visit.site.context, token, wanted, origin_of(request))
    except Refused as error:
        return await _page(visit, token, problem=error)
    return await _page(visit, token, "web.subscribe.saved")


@router.post("/preferences/{token}/leave", response_model=None, include_in_schema=False)
async def leave(request: Request, visit: Visited, token: str) -> Response:
    """Leave one list at once."""
    sent = await read_form(request, SMALL)
    await changing.leave_by_preferences(visit.site.context, token, sent.all("list"), origin_of(request))
    return await _page(visit, token, "web.subscribe.left")


@router.post("/preferences/{token}/join", response_model=None, include_in_schema=False)
async def join(request: Request, visit: Visited, token: str) -> Response:
    """Come back to a list: the address is asked to confirm, since the link may have been passed on."""
    sent = await read_form(request, SMALL)
    found = (await changing.read_preferences(visit.site.context, token)).subscription.subscriber
    sign_up = SignUp(found.address, sent.all("list"), found.preferences, origin_of(request))
    await subscribe(visit.site.context, sign_up)
    return await _page(visit, token, "web.subscribe.confirm-sent")


@router.post("/preferences/{token}/address", response_model=None, include_in_schema=False)
async def move(request: Request, visit: Visited, token: str) -> Response:
    """Ask the new address to confirm."""
    sent = await read_form(request, SMALL)
    try:
        await changing.ask_address_change(visit.site.context, token, sent.text("address"), origin_of(request))
    except Refused as error:
        return await _page(visit, token, problem=error)
    return await _page(visit, token, "web.subscribe.confirm-sent")


@reading(router, "/preferences/address/{token}")
async def look_at_address(visit: Visited, token: str) -> Response:
    """Show the new address, and the button."""
    old, new = await changing.read_address_change(visit.site.context, token)
    title = translate("mail.address-change.button", visit.language)
    values = {
        "sentence": translate("web.subscribe.address-ask", visit.language, old=mask(old), new=new),
        "action": visit.link(f"preferences/address/{token}"),
        "label": title,
        "small": "",
    }
    return show(visit, Page("web/subscribe/ask.html", title, None, values, is_private=True, headers=SECRET))


@router.post("/preferences/address/{token}", response_model=None, include_in_schema=False)
async def confirm_address(visit: Visited, token: str) -> Response:
    """Write to the new address from now on."""
    new = await changing.confirm_address_change(visit.site.context, token, origin_of(visit.request))
    return _told(visit, "web.subscribe.address-done-title", "web.subscribe.address-done", address=new)


@reading(router, "/preferences/{token}/data.json")
async def data(visit: Visited, token: str) -> Response:
    """Give everything that is kept about the subscriber."""
    found = await own_data.export_own_data(visit.site.context, token)
    body = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    headers = {
        **SECRET,
        "cache-control": PRIVATE,
        "content-disposition": attachment("subscription.json"),
        "content-security-policy": BYTES_POLICY,
    }
    return Response(body, headers=headers, media_type="application/json")


@reading(router, "/preferences/{token}/delete")
async def ask_deletion(visit: Visited, token: str) -> Response:
    """Show what would be forgotten, and the button."""
    found = await changing.read_preferences(visit.site.context, token)
    title = translate("web.subscribe.delete", visit.language)
    address = mask(found.subscription.subscriber.address)
    values = {
        "sentence": translate("web.subscribe.delete-ask", visit.language, address=address),
        "action": visit.link(f"preferences/{token}/delete"),
        "label": title,
        "small": "",
    }
    return show(visit, Page("web/subscribe/ask.html", title, None, values, is_private=True, headers=SECRET))


@router.post("/preferences/{token}/delete", response_model=None, include_in_schema=False)
async def delete(visit: Visited, token: str) -> Response:
    """Forget the subscriber."""
    await own_data.delete_own_data(visit.site.context, token)
    return _told(visit, "web.subscribe.deleted-title", "web.subscribe.deleted")


def _preferences(sent: Form, usual_language: str) -> Preferences:
    paused = sent.text("paused_until")
    try:
        until = date.fromisoformat(paused) if paused else None
    except ValueError as error:
        raise Refused("pause-unusable", day=paused) from error
    words = tuple(word for word in _BETWEEN_WORDS.split(sent.text("words")) if word)
    interests = Interests(sent.all("sections"), sent.all("contributors"), tuple(dict.fromkeys(words)))
    wanted = sent.text("format")
    mail_format = MailFormat(wanted) if wanted in set(MailFormat) else MailFormat.HTML
    return Preferences(frequency_of(sent), language_of(sent, usual_language), mail_format, interests, until)


def _told(visit: Visit, title: str, sentence: str, **parameters: object) -> Response:
    values = {"sentence": translate(sentence, visit.language, **parameters), "onward": None}
    shown = translate(title, visit.language)
    return show(visit, Page("web/subscribe/told.html", shown, None, values, is_private=True, headers=SECRET))


async def _page(visit: Visit, token: str, told: str = "", problem: DistributorError | None = None) -> Response:
    found = await changing.read_preferences(visit.site.context, token)
    subscription, zone = found.subscription, ZoneInfo(visit.site.context.publication.time_zone)
    names = {one.id: one.name for one in found.lists}
    interests = subscription.subscriber.preferences.interests
    sentence = translate(told, visit.language) if told else ""
    values = {
        "token": token,
        "subscription": subscription,
        "address": subscription.subscriber.address,
        "memberships": subscription.memberships,
        "names": {one.list_id: names.get(one.list_id, one.list_id) for one in subscription.memberships},
        # what was chosen once stays a choice, although no item has it any more
        "sections": tuple(dict.fromkeys((*found.sections, *interests.sections))),
        "contributors": tuple(dict.fromkeys((*found.contributors, *interests.contributors))),
        "frequencies": ["issue", "daily", "weekly", "monthly"],
        "told": sentence if problem is None else error_sentence(problem, visit.language),
        "is_problem": problem is not None,
        "local": lambda moment: moment.astimezone(zone),
    }
    title = translate("web.subscribe.preferences-title", visit.language)
    page = Page("web/subscribe/preferences.html", title, None, values, is_private=True, headers=SECRET)
    return show(visit, page, 200 if problem is None else 422)
