"""A mail of a bulletin as a list would get it: by day and night, wide and narrow, without styles, and sent to try."""

from collections.abc import Mapping

from fastapi import Request, Response

from distributor.access import Act
from distributor.compose import as_shown
from distributor.errors import AddressRefused, NotFound, Refused
from distributor.model.recipient import MailFormat
from distributor.model.record import display_title
from distributor.model.run import Mailing
from distributor.model.sign_off import VariantKey
from distributor.usecases.preview_mail import PreviewedMail, preview_mail
from distributor.usecases.send_preview import send_preview
from distributor.usecases.show_bulletin import show_bulletin
from distributor.web.desk import shapes
from distributor.web.desk.pages import done, show
from distributor.web.desk.routing import action, page
from distributor.web.desk.sentences import desk_sentence
from distributor.web.desk.visit import Desk, Desked, Flash
from distributor.web.pages import HTML, PRIVATE
from distributor.web.security import FRAME_POLICY, MAIL_POLICY

LOOKS = ("light", "dark", "plain")


@page("/bulletins/{bulletin_id}/mail", Act.READ)
async def preview(request: Request, desk: Desked, bulletin_id: str) -> Response:
    """Show the mail that one list would get."""
    mail = await preview_mail(desk.context, bulletin_id, _key(request.query_params))
    return await _page(desk, mail, look_of(request))


@page("/bulletins/{bulletin_id}/mail/html", Act.READ)
async def html(request: Request, desk: Desked, bulletin_id: str) -> Response:
    """Give its HTML for a frame."""
    mail = await preview_mail(desk.context, bulletin_id, _key(request.query_params))
    if mail.html is None:
        raise NotFound("page-unknown")
    return mail_document(mail.html, look_of(request))


@action("/bulletins/{bulletin_id}/mail/test", Act.DESIGN_MAIL)
async def test(desk: Desked, bulletin_id: str) -> Response:
    """Send it to an address of one's own, marked as a preview."""
    key = _key({name: desk.form.text(name) for name in ("list", "language", "format", "mailing")})
    mail = await preview_mail(desk.context, bulletin_id, key)
    to = desk.form.text("to")
    try:
        await send_preview(desk.context, desk.actor, to, bulletin_id, mail.key)
    except (AddressRefused, Refused) as refused:
        sentence = desk_sentence(refused, desk.visit.language)
        return await _page(desk, mail, problem=sentence, to=to)
    return done(desk, f"bulletins/{bulletin_id}/mail", Flash("desk.mail.try-done", {"address": to}))


def look_of(request: Request) -> str:
    """Read which look is asked for; whatever is none of them is by day."""
    asked = request.query_params.get("look", "light")
    return asked if asked in LOOKS else "light"


def mail_document(body: str, look: str) -> Response:
    """Give the HTML of a mail as a document of its own that runs nothing and fetches nothing.

    Args:
        body: the HTML.
        look: one of LOOKS.
    """
    shown = as_shown(body, dark=look == "dark", styles=look != "plain")
    headers = {
        "cache-control": PRIVATE,
        "content-type": HTML,
        "content-security-policy": MAIL_POLICY,
        "x-frame-options": "SAMEORIGIN",
        "referrer-policy": "no-referrer",
    }
    return Response(
        shown.replace("<head>", '<head><base target="_blank">', 1).encode("utf-8", "replace"), headers=headers
    )


def framing(answer: Response) -> Response:
    """Let a page show frames of this site."""
    answer.headers["content-security-policy"] = FRAME_POLICY
    return answer


async def _page(desk: Desk, mail: PreviewedMail, look: str = "light", problem: str = "", to: str = "") -> Response:
    shown = await show_bulletin(desk.context, mail.record.id)
    values = {
        "shown": shown,
        "tab": "mail",
        "next_step": shapes.next_step(shown),
        "mail": mail,
        "lists": [(entry.id, entry.name) for entry in mail.lists],
        "hints": [desk.say(f"mail.hint.{hint.code}", **hint.parameters) for hint in mail.hints],
        "look": look,
        "problem": problem,
        "to": to,
    }
    title = display_title(shown.record.masthead)
    return framing(
        show(desk, "web/desk/mail/preview.html", title, values, place="bulletins", status=422 if problem else 200)
    )


def _key(asked: Mapping[str, str]) -> VariantKey | None:
    list_id = asked.get("list", "")
    if not list_id:
        return None
    mail_format = MailFormat.TEXT if asked.get("format") == MailFormat.TEXT else MailFormat.HTML
    mailing = Mailing.CORRECTION if asked.get("mailing") == Mailing.CORRECTION else Mailing.DIGEST
    return VariantKey(list_id, "en" if asked.get("language") == "en" else "zh-CN", mail_format, mailing)
