"""Mails that stayed on this machine: a list, and one mail with its parts; only while sending is not live."""

import ipaddress
import re

from fastapi import APIRouter, Depends, Request, Response

from distributor.errors import NotFound
from distributor.i18n import translate
from distributor.usecases import read_captured_mail
from distributor.web.disposition import attachment
from distributor.web.pages import HTML, PRIVATE, Page, show
from distributor.web.routing import reading
from distributor.web.security import BYTES_POLICY, FRAME_POLICY, MAIL_POLICY
from distributor.web.site import Site
from distributor.web.visit import Visited


def _only_while_captured(request: Request) -> None:
    site: Site = request.app.state.site
    # the mails hold addresses and links that act: whoever tries the program on this machine may read them, nobody else
    client = None if request.client is None else request.client.host
    if not site.shows_captured_mail or not _is_this_machine(client):
        raise NotFound("page-unknown")


def _is_this_machine(host: str | None) -> bool:
    try:
        return host is not None and ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


router = APIRouter(dependencies=[Depends(_only_while_captured)])


@reading(router, "/captured")
async def mails(visit: Visited) -> Response:
    """List the mails, the newest first."""
    values = {"mails": await read_captured_mail.list_captured_mail(visit.site.context)}
    title = translate("web.captured.title", visit.language)
    return show(visit, Page("web/captured.html", title, None, values, is_private=True))


@reading(router, "/captured/{name}")
async def mail(visit: Visited, name: str) -> Response:
    """Show one mail: headers, HTML in a frame, text."""
    found = await read_captured_mail.read_captured_mail(visit.site.context, name)
    page = Page(
        template="web/captured_mail.html",
        title=found.mail.subject or translate("web.captured.title", visit.language),
        path=None,
        values={"found": found},
        is_private=True,
        headers={"content-security-policy": FRAME_POLICY},
    )
    return show(visit, page)


@reading(router, "/captured/{name}/html")
async def html(visit: Visited, name: str) -> Response:
    """Give the HTML part for the frame; links to the public address lead to this site."""
    found = await read_captured_mail.read_captured_mail(visit.site.context, name)
    if found.html is None:
        raise NotFound("captured-mail", name=name)
    body = to_local_links(found.html, visit.site.context.publication.base_url, visit.file(""))
    headers = {
        "cache-control": PRIVATE,
        "content-type": HTML,
        "content-security-policy": MAIL_POLICY,
        "x-frame-options": "SAMEORIGIN",
        "referrer-policy": "no-referrer",
    }
    return Response(body.encode("utf-8", "replace"), headers=headers)


@reading(router, "/captured/{name}/raw")
async def raw(visit: Visited, name: str) -> Response:
    """Give the bytes of the mail as they came."""
    found = await read_captured_mail.read_captured_mail(visit.site.context, name)
    headers = {
        "cache-control": PRIVATE,
        "content-type": "message/rfc822",
        "content-disposition": attachment(name),
        "content-security-policy": BYTES_POLICY,
    }
    return Response(found.raw, headers=headers)


def to_local_links(html_part: str, base_url: str, root: str) -> str:
    """Let the links of a mail lead to this site instead of the public address, and open in the whole window.

    Args:
        html_part: the HTML of the mail.
        base_url: public address of the site, without a slash at its end.
        root: address of the home page here.
    """
    link = re.compile(rf"(\b(?:href|src)\s*=\s*[\"']?\s*){re.escape(base_url)}(?=[/?#\"'\s>])/?", re.IGNORECASE)
    local = link.sub(lambda match: match[1] + root, html_part)
    return re.sub(r"(<head\b[^>]*>)", r'\1<base target="_top">', local, count=1, flags=re.IGNORECASE)
