"""Recipient lists: how everybody under one label of the footer is served."""

from fastapi import Response

from distributor import recipients
from distributor.access import Act
from distributor.errors import DistributorError, NotFound
from distributor.i18n import finding_sentence
from distributor.model.history import RecordedAct, Subject
from distributor.model.recipient import AddressBook, OriginalFile, RecipientList, Role
from distributor.recipients import Edit
from distributor.usecases.check_senders import unaligned_lists
from distributor.usecases.edit_book import edit_book
from distributor.usecases.find_recipients import list_schedules, read_outline
from distributor.usecases.mail_templates import mail_templates
from distributor.web.desk.address_book.frame import lines_of, said, show_tab, tried
from distributor.web.desk.pages import done
from distributor.web.desk.routing import action, page
from distributor.web.desk.visit import Desk, Desked

_TEXTS = ("name", "role", "subject", "sender_name", "sender_address", "reply_to", "template", "original")


@page("/lists", Act.READ)
async def lists(desk: Desked) -> Response:
    """List the recipient lists in their order."""
    outline = await read_outline(desk.context)
    schedules = await list_schedules(desk.context)
    values = {"lists": outline.lists, "schedules": schedules}
    return show_tab(desk, "lists", desk.say("desk.book.lists"), values, tab="lists")


@page("/lists/new", Act.CONFIGURE)
async def ask_add(desk: Desked) -> Response:
    """Show the form for a new list."""
    return await _new(desk)


@action("/lists/new", Act.CONFIGURE)
async def add(desk: Desked) -> Response:
    """Add a list, behind all others."""
    work = _edited(desk, None)
    act = await tried(work, lambda error: _new(desk, error))
    if isinstance(act, Response):
        return act
    return done(desk, f"lists/{desk.form.text('id')}", said("desk.book.added", act))


@page("/lists/{list_id}", Act.READ)
async def recipient_list(desk: Desked, list_id: str) -> Response:
    """Show a list."""
    return await _show(desk, list_id)


@action("/lists/{list_id}", Act.CONFIGURE)
async def change(desk: Desked, list_id: str) -> Response:
    """Change a list."""
    act = await tried(_edited(desk, list_id), lambda error: _show(desk, list_id, error))
    return act if isinstance(act, Response) else done(desk, f"lists/{list_id}", said("desk.book.changed", act))


@action("/lists/{list_id}/remove", Act.CONFIGURE)
async def remove(desk: Desked, list_id: str) -> Response:
    """Remove a list."""
    act = await edit_book(desk.context, desk.actor, [Edit(Subject.LIST, list_id, None)])
    return done(desk, "lists", said("desk.book.removed", act))


async def _edited(desk: Desk, list_id: str | None) -> RecordedAct | None:
    form = desk.form
    outline = await read_outline(desk.context)
    values: dict[str, object] = {name: form.text(name) for name in _TEXTS if form.text(name) or list_id is not None}
    values |= {
        "labels": lines_of(form.raw("labels")),
        "must_receive": form.text("must_receive") == "yes",
        "default": [_target(outline, name) for name in lines_of(form.raw("default"))],
        "members": [_target(outline, name) for name in lines_of(form.raw("members"))],
    }
    if list_id is None:
        values["id"] = form.text("id")
    return await edit_book(desk.context, desk.actor, [Edit(Subject.LIST, list_id, values)])


def _target(outline: AddressBook, name: str) -> str:
    """Turn what somebody typed into an id; an address stays, and what nobody knows is refused by the edit."""
    if "@" in name or "＠" in name:
        return name
    directory = recipients.Directory(outline)
    found = directory.get(name) or directory.find(name)
    return name if found is None else found.id


async def _new(desk: Desk, error: DistributorError | None = None) -> Response:
    form = desk.form
    given = {name: form.raw(name) for name in ("id", "labels", "default", "members", *_TEXTS)}
    values = {"given": given, "must_receive": True, **_choices()}
    return show_tab(desk, "list_new", desk.say("desk.book.new-list"), values, tab="lists", error=error)


async def _show(desk: Desk, list_id: str, error: DistributorError | None = None) -> Response:
    outline = await read_outline(desk.context)
    found = next((entry for entry in outline.lists if entry.id == list_id), None)
    if found is None:
        known = "、".join(entry.id for entry in outline.lists)
        raise NotFound("list-unknown", list=list_id, known=known)
    values = {
        "entry": found,
        "given": _given(found, outline) if error is None else {name: desk.form.raw(name) for name in _fields()},
        "must_receive": found.must_receive,
        "warnings": [finding_sentence(one, desk.visit.language) for one in unaligned_lists(desk.context, [found])],
        "schedules": [one for one in await list_schedules(desk.context) if one.list_id == list_id],
        **_choices(),
    }
    return show_tab(desk, "list", found.name, values, tab="lists", error=error)


def _given(entry: RecipientList, outline: AddressBook) -> dict[str, str]:
    directory = recipients.Directory(outline)

    def names(targets: tuple[str, ...]) -> str:
        found = ((target, directory.get(target)) for target in targets)
        return "\n".join(target if value is None else value.name for target, value in found)

    texts = {name: str(getattr(entry, name) or "") for name in _TEXTS}
    return {
        **texts,
        "labels": "、".join(entry.labels),
        "default": names(entry.default),
        "members": names(entry.members),
    }


def _fields() -> tuple[str, ...]:
    return ("labels", "default", "members", *_TEXTS)


def _choices() -> dict[str, object]:
    return {"roles": list(Role), "originals": list(OriginalFile), "templates": mail_templates()}
