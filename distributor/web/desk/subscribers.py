"""Subscribers at the desk: search, requests to approve, the record of consent, a list to take along."""

import csv
import io
import json
from typing import Final

from fastapi import Request, Response

from distributor.access import Act
from distributor.model.subscriber import MembershipState, Subscription
from distributor.usecases import list_subscribers as listing
from distributor.usecases.approve_subscription import decide_subscription
from distributor.usecases.purge_expired import list_retention_reports
from distributor.web.desk.pages import Paging, done, page_number, show
from distributor.web.desk.routing import action, page
from distributor.web.desk.visit import Desked, Flash
from distributor.web.disposition import attachment
from distributor.web.pages import PRIVATE
from distributor.web.security import BYTES_POLICY

_ON_A_PAGE: Final = 50
_COLUMNS: Final = ("address", "lists", "frequency", "language", "format", "created", "consented")
# a cell that begins like this would be a formula in a spreadsheet
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@page("/subscribers", Act.EDIT_BOOK)
async def subscribers(request: Request, desk: Desked) -> Response:
    """Search the subscribers."""
    number, words = page_number(request), request.query_params.get("words", "").strip()[:200]
    asked = request.query_params.get("state", "")
    state = MembershipState(asked) if asked in set(MembershipState) else None
    offset = (number - 1) * _ON_A_PAGE
    found = await listing.list_subscribers(desk.context, desk.actor, words, state, limit=_ON_A_PAGE, offset=offset)
    values = {
        "found": found,
        "names": {one.id: one.name for one in found.lists},
        "words": words,
        "state": asked if state is not None else "",
        "states": [one.value for one in MembershipState],
        "paging": Paging(number, _ON_A_PAGE, found.total),
        "reports": await list_retention_reports(desk.context, 7),
    }
    title = desk.say("desk.subscribers.title")
    return show(desk, "web/desk/subscribers/list.html", title, values, place="subscribers")


@action("/subscribers/export", Act.EDIT_BOOK)
async def export(desk: Desked) -> Response:
    """Give all subscribers as a table."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    async for one in listing.export_subscribers(desk.context, desk.actor):
        writer.writerow([_harmless(cell) for cell in _row(one)])
    headers = {"cache-control": PRIVATE, "content-disposition": attachment("subscribers.csv")}
    # spreadsheets take a file for UTF-8 by its mark alone
    return Response("\ufeff" + text.getvalue(), headers=headers, media_type="text/csv; charset=utf-8")


@page("/subscribers/{subscriber_id}", Act.EDIT_BOOK)
async def subscriber(desk: Desked, subscriber_id: str) -> Response:
    """Show a subscriber with the record of consent."""
    found, everything = await listing.show_subscriber(desk.context, desk.actor, subscriber_id)
    lists = await listing.list_subscribers(desk.context, desk.actor, limit=0)
    names = {one.id: one.name for one in lists.lists}
    values = {"found": found, "names": names, "mails": everything["mails"]}
    title = found.subscriber.address
    return show(desk, "web/desk/subscribers/one.html", title, values, place="subscribers")


@action("/subscribers/{subscriber_id}/data", Act.EDIT_BOOK)
async def data(desk: Desked, subscriber_id: str) -> Response:
    """Give everything that is kept about a subscriber, for one who asks the secretariat for it."""
    _, everything = await listing.show_subscriber(desk.context, desk.actor, subscriber_id)
    headers = {
        "cache-control": PRIVATE,
        "content-disposition": attachment("subscription.json"),
        "content-security-policy": BYTES_POLICY,
    }
    body = json.dumps(everything, ensure_ascii=False, indent=2) + "\n"
    return Response(body, headers=headers, media_type="application/json")


@action("/subscribers/{subscriber_id}/decide", Act.EDIT_BOOK)
async def decide(desk: Desked, subscriber_id: str) -> Response:
    """Approve or decline a request."""
    approve = desk.form.text("act") == "approve"
    await decide_subscription(desk.context, desk.actor, subscriber_id, desk.form.text("list"), approve=approve)
    name = "approved" if approve else "declined"
    return done(desk, f"subscribers/{subscriber_id}", Flash(f"desk.subscribers.{name}"))


@page("/subscribers/{subscriber_id}/remove", Act.EDIT_BOOK)
async def ask_removal(desk: Desked, subscriber_id: str) -> Response:
    """Show who would be forgotten."""
    found, _ = await listing.show_subscriber(desk.context, desk.actor, subscriber_id)
    title = desk.say("desk.subscribers.remove-title", address=found.subscriber.address)
    return show(desk, "web/desk/subscribers/remove.html", title, {"found": found}, place="subscribers")


@action("/subscribers/{subscriber_id}/remove", Act.EDIT_BOOK)
async def remove(desk: Desked, subscriber_id: str) -> Response:
    """Forget a subscriber."""
    found, _ = await listing.show_subscriber(desk.context, desk.actor, subscriber_id)
    await listing.remove_subscriber(desk.context, desk.actor, found.subscriber.address)
    return done(desk, "subscribers", Flash("desk.subscribers.removed"))


def _row(one: Subscription) -> tuple[str, ...]:
    who = one.subscriber
    agreed = next((line.at for line in reversed(one.consents) if line.act == "confirmed"), None)
    lists = "; ".join(f"{membership.list_id} {membership.state}" for membership in one.memberships)
    preferences = who.preferences
    return (
        *(who.address, lists, preferences.frequency.value, preferences.language, preferences.format.value),
        *(who.created.isoformat(), "" if agreed is None else agreed.isoformat()),
    )


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
