"""Sign-off, publication and sending: first a page that shows exactly what will happen, then the act."""

from fastapi import Request, Response

from distributor.access import Act
from distributor.errors import Conflict
from distributor.model.record import display_title
from distributor.usecases.name_lists import name_lists
from distributor.usecases.preview_publication import preview_publication
from distributor.usecases.preview_sign_off import preview_sign_off
from distributor.usecases.publish_bulletin import publish_bulletin
from distributor.usecases.send_bulletin import send_bulletin
from distributor.usecases.show_bulletin import show_bulletin
from distributor.usecases.sign_off_bulletin import Seen, sign_off_bulletin
from distributor.web.desk import shapes
from distributor.web.desk.pages import done, show
from distributor.web.desk.routing import action, page
from distributor.web.desk.visit import Desked, Flash


@page("/bulletins/{bulletin_id}/sign-off", Act.SIGN_OFF)
async def ask_sign_off(desk: Desked, bulletin_id: str) -> Response:
    """Show what will be signed: words, renderings and plan, by count and by hash."""
    preview = await preview_sign_off(desk.context, bulletin_id)
    values = {
        "preview": preview,
        "waivable": shapes.as_lines(preview.waivable, desk.visit.language),
        "fatal": shapes.as_lines(preview.fatal, desk.visit.language),
        "lists": shapes.lists_of(preview.plan),
        "names": {entry.id: entry.name for entry in preview.book.lists},
        "changed": [desk.say(f"sign-off.part.{part}") for part in preview.changed_since],
    }
    title = desk.say("desk.sign-off.title", bulletin=display_title(preview.record.masthead))
    return show(desk, "web/desk/sign_off.html", title, values, place="bulletins")


@action("/bulletins/{bulletin_id}/sign-off", Act.SIGN_OFF)
async def sign_off(desk: Desked, bulletin_id: str) -> Response:
    """Sign what was shown; what changed since is not signed."""
    seen = Seen(*(desk.form.text(f"{part}-hash") for part in ("content", "plan", "renderings")))
    waived = desk.form.all("waive")
    signed = await sign_off_bulletin(desk.context, desk.actor, bulletin_id, waived=waived, seen=seen)
    flash = Flash("desk.sign-off.done", {"addresses": len(signed.plan.rows), "hash": signed.content_hash[:12]})
    return done(desk, f"bulletins/{bulletin_id}", flash)


@page("/bulletins/{bulletin_id}/publish", Act.PUBLISH)
async def ask_publish(desk: Desked, bulletin_id: str) -> Response:
    """Show what publishing does."""
    shown = await show_bulletin(desk.context, bulletin_id)
    title = desk.say("desk.publish.title", bulletin=display_title(shown.record.masthead))
    values = {"shown": shown, "outlooks": await preview_publication(desk.context, bulletin_id)}
    return show(desk, "web/desk/publish.html", title, values, place="bulletins")


@action("/bulletins/{bulletin_id}/publish", Act.PUBLISH)
async def publish(desk: Desked, bulletin_id: str) -> Response:
    """Publish the bulletin."""
    record = await publish_bulletin(desk.context, desk.actor, bulletin_id)
    parameters = {"items": sum(item.is_public for item in record.items)}
    return done(desk, f"bulletins/{bulletin_id}", Flash("desk.publish.done", parameters))


@page("/bulletins/{bulletin_id}/send", Act.SEND)
async def ask_send(request: Request, desk: Desked, bulletin_id: str) -> Response:
    """Show to whom one list would be sent now."""
    list_id = request.query_params.get("list", "")
    started = await send_bulletin(desk.context, desk.actor, bulletin_id, [list_id], dry_run=True)
    values = {
        "record": started.record,
        "list_id": list_id,
        "list_name": (await name_lists(desk.context)).get(list_id, list_id),
        "deliveries": [delivery for frozen in started.runs for delivery in frozen.deliveries],
        "excluded": sum(frozen.run.excluded for frozen in started.runs),
    }
    title = desk.say("desk.send.title", bulletin=display_title(started.record.masthead))
    return show(desk, "web/desk/send.html", title, values, place="bulletins")


@action("/bulletins/{bulletin_id}/send", Act.SEND)
async def send(desk: Desked, bulletin_id: str) -> Response:
    """Freeze the run of one list; the worker sends it."""
    list_id = desk.form.text("list")
    if not list_id:
        raise Conflict("list-unchosen", id=bulletin_id)
    started = await send_bulletin(desk.context, desk.actor, bulletin_id, [list_id])
    if not started.runs:
        return done(desk, f"bulletins/{bulletin_id}/runs", Flash("desk.send.nobody"))
    addresses = sum(len(frozen.deliveries) for frozen in started.runs)
    return done(desk, f"runs/{started.runs[0].run.id}", Flash("desk.send.done", {"addresses": addresses}))
