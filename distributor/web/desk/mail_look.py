"""How mails look: the theme that editors choose, the templates that administrators put in place of shipped ones."""

from fastapi import Request, Response

from distributor import access
from distributor.access import Act
from distributor.errors import Refused
from distributor.model.theme import Theme
from distributor.usecases import override_template
from distributor.usecases.change_theme import change_theme, show_theme
from distributor.usecases.override_template import TemplateState
from distributor.usecases.sample_mail import render_sample
from distributor.web.desk.mail_preview import framing, look_of, mail_document
from distributor.web.desk.pages import done, show
from distributor.web.desk.routing import action, page
from distributor.web.desk.sentences import desk_sentence
from distributor.web.desk.visit import Desk, Desked, Flash

# a template and its token
_MOST_BYTES = 1024 * 1024


@page("/mail", Act.READ)
async def look(desk: Desked) -> Response:
    """Show the theme, a sample in it, and the templates."""
    return await _look(desk)


@action("/mail/theme", Act.DESIGN_MAIL)
async def theme(desk: Desked) -> Response:
    """Choose another theme."""
    typed = tuple(desk.form.text(name) for name in ("colour", "dark-colour", "logo", "note"))
    try:
        await change_theme(desk.context, desk.actor, *typed)
    except Refused as refused:
        return await _look(desk, Theme(*typed), desk_sentence(refused, desk.visit.language))
    return done(desk, "mail", Flash("desk.look.saved"))


@page("/mail/sample/{message}", Act.READ)
async def sample(request: Request, desk: Desked, message: str) -> Response:
    """Give the HTML of a sample in the look that mails have now."""
    variant = await render_sample(desk.context, message)
    return mail_document(variant.html or "", look_of(request))


@page("/mail/templates/{message}/{part}", Act.CONFIGURE)
async def template(desk: Desked, message: str, part: str) -> Response:
    """Show a template, to be written anew, and its versions."""
    state = await override_template.show_template(desk.context, f"{message}/{part}")
    return _template(desk, state, state.shipped if state.active is None else state.active.source)


@action("/mail/templates/{message}/{part}", Act.CONFIGURE, most_bytes=_MOST_BYTES)
async def save(desk: Desked, message: str, part: str) -> Response:
    """Keep a new version."""
    name, source = f"{message}/{part}", desk.form.raw("source")
    state = await override_template.show_template(desk.context, name)
    try:
        version = await override_template.save_template(desk.context, desk.actor, name, source)
    except Refused as refused:
        return _template(desk, state, source, desk_sentence(refused, desk.visit.language), status=422)
    return done(desk, f"mail/versions/{version.id}", Flash("desk.template.saved-version", {"number": version.number}))


@action("/mail/templates/{message}/{part}/reset", Act.CONFIGURE)
async def reset(desk: Desked, message: str, part: str) -> Response:
    """Use the shipped template again."""
    name = f"{message}/{part}"
    await override_template.reset_template(desk.context, desk.actor, name)
    return done(desk, f"mail/templates/{name}", Flash("desk.template.was-reset"))


@page("/mail/versions/{version_id}", Act.CONFIGURE)
async def version(desk: Desked, version_id: str) -> Response:
    """Show a version, and what it makes once somebody has asked to see it."""
    found = await override_template.show_version(desk.context, version_id)
    values: dict[str, object] = {"version": found, "subject": "", "text": ""}
    if found.previewed is not None:
        made = await override_template.render_version(desk.context, found)
        values |= {"subject": made.subject, "text": made.text}
    title = desk.say("desk.version.title", template=found.name, number=found.number)
    return framing(show(desk, "web/desk/mail/version.html", title, values, place="mail"))


@page("/mail/versions/{version_id}/html", Act.CONFIGURE)
async def version_html(request: Request, desk: Desked, version_id: str) -> Response:
    """Give the HTML that a version makes of a sample."""
    found = await override_template.show_version(desk.context, version_id)
    made = await override_template.render_version(desk.context, found)
    return mail_document(made.html or "", look_of(request))


@action("/mail/versions/{version_id}/preview", Act.CONFIGURE)
async def look_at(desk: Desked, version_id: str) -> Response:
    """Ask to see what a version makes."""
    await override_template.preview_template(desk.context, desk.actor, version_id)
    return done(desk, f"mail/versions/{version_id}")


@action("/mail/versions/{version_id}/activate", Act.CONFIGURE)
async def activate(desk: Desked, version_id: str) -> Response:
    """Use a version from now on."""
    used = await override_template.activate_template(desk.context, desk.actor, version_id)
    return done(desk, f"mail/versions/{version_id}", Flash("desk.version.activated", {"template": used.name}))


async def _look(desk: Desk, typed: Theme | None = None, problem: str = "") -> Response:
    may_override = desk.who is not None and access.may(desk.who.user.role, Act.CONFIGURE)
    values = {
        "theme": await show_theme(desk.context) if typed is None else typed,
        "templates": await override_template.list_templates(desk.context) if may_override else (),
        "problem": problem,
    }
    title, status = desk.say("desk.look.title"), 422 if problem else 200
    return framing(show(desk, "web/desk/mail/look.html", title, values, place="mail", status=status))


def _template(desk: Desk, state: TemplateState, source: str, problem: str = "", status: int = 200) -> Response:
    values = {"state": state, "source": source, "problem": problem}
    return show(desk, "web/desk/mail/template.html", state.name, values, place="mail", status=status)
