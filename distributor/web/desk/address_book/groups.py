"""Groups: collective names of a footer and the bodies they stand for."""

from fastapi import Response

from distributor import recipients
from distributor.access import Act
from distributor.errors import DistributorError, NotFound
from distributor.model.history import Subject
from distributor.model.recipient import AddressBook, Group
from distributor.recipients import Edit
from distributor.usecases.edit_book import edit_book
from distributor.usecases.find_recipients import read_outline
from distributor.web.desk.address_book.frame import lines_of, said, show_tab, tried
from distributor.web.desk.pages import done
from distributor.web.desk.routing import action, page
from distributor.web.desk.visit import Desk, Desked


@page("/groups", Act.READ)
async def groups(desk: Desked) -> Response:
    """List the groups."""
    outline = await read_outline(desk.context)
    directory = recipients.Directory(outline)
    lines = [(group, len(directory.reached(group))) for group in outline.groups]
    return show_tab(desk, "groups", desk.say("desk.book.groups"), {"lines": lines}, tab="groups")


@page("/groups/new", Act.EDIT_BOOK)
async def ask_add(desk: Desked) -> Response:
    """Show the form for a new group."""
    return await _new(desk)


@action("/groups/new", Act.EDIT_BOOK)
async def add(desk: Desked) -> Response:
    """Add a group."""
    values = {"id": desk.form.text("id"), **_names(desk)}
    work = edit_book(desk.context, desk.actor, [Edit(Subject.GROUP, None, values)])
    act = await tried(work, lambda error: _new(desk, error))
    if isinstance(act, Response):
        return act
    return done(desk, f"groups/{values['id']}", said("desk.book.added", act))


@page("/groups/{group_id}", Act.READ)
async def group(desk: Desked, group_id: str) -> Response:
    """Show a group and whom it stands for."""
    return await _show(desk, group_id)


@action("/groups/{group_id}", Act.EDIT_BOOK)
async def change(desk: Desked, group_id: str) -> Response:
    """Change the names of a group."""
    work = edit_book(desk.context, desk.actor, [Edit(Subject.GROUP, group_id, _names(desk))])
    act = await tried(work, lambda error: _show(desk, group_id, error))
    return act if isinstance(act, Response) else done(desk, f"groups/{group_id}", said("desk.book.changed", act))


@action("/groups/{group_id}/members", Act.EDIT_BOOK)
async def join(desk: Desked, group_id: str) -> Response:
    """Add members, by any of their names, one a line."""
    found, outline = await _group(desk, group_id)
    try:
        new = [_member(outline, name) for name in lines_of(desk.form.raw("names"))]
    except NotFound as error:
        return await _show(desk, group_id, error)
    members = (*found.members, *dict.fromkeys(member for member in new if member not in found.members))
    work = edit_book(desk.context, desk.actor, [Edit(Subject.GROUP, group_id, {"members": members})])
    act = await tried(work, lambda error: _show(desk, group_id, error))
    return act if isinstance(act, Response) else done(desk, f"groups/{group_id}", said("desk.book.changed", act))


@action("/groups/{group_id}/members/remove", Act.EDIT_BOOK)
async def leave(desk: Desked, group_id: str) -> Response:
    """Take the members that were ticked out of the group."""
    found, _ = await _group(desk, group_id)
    going = frozenset(desk.form.all("key"))
    members = tuple(member for member in found.members if member not in going)
    act = await edit_book(desk.context, desk.actor, [Edit(Subject.GROUP, group_id, {"members": members})])
    return done(desk, f"groups/{group_id}", said("desk.book.changed", act))


@action("/groups/{group_id}/remove", Act.EDIT_BOOK)
async def remove(desk: Desked, group_id: str) -> Response:
    """Remove a group; its members stay."""
    act = await edit_book(desk.context, desk.actor, [Edit(Subject.GROUP, group_id, None)])
    return done(desk, "groups", said("desk.book.removed", act))


async def _group(desk: Desk, group_id: str) -> tuple[Group, AddressBook]:
    outline = await read_outline(desk.context)
    found = next((group for group in outline.groups if group.id == group_id), None)
    if found is None:
        raise NotFound("group-unknown", group=group_id)
    return found, outline


def _member(outline: AddressBook, name: str) -> str:
    directory = recipients.Directory(outline)
    found = directory.get(name) or directory.find(name)
    if found is None:
        raise NotFound("body-unknown", name=name, suggestions="、".join(directory.suggestions(name)) or "—")
    return found.id


async def _new(desk: Desk, error: DistributorError | None = None) -> Response:
    values = {"given": {"id": desk.form.text("id"), **_names(desk)}}
    return show_tab(desk, "group_new", desk.say("desk.book.new-group"), values, tab="groups", error=error)


async def _show(desk: Desk, group_id: str, error: DistributorError | None = None) -> Response:
    found, outline = await _group(desk, group_id)
    directory = recipients.Directory(outline)
    members = [(member, directory.get(member)) for member in found.members]
    values = {
        "group": found,
        "members": members,
        "reached": len(directory.reached(found)),
        "lists": [entry for entry in outline.lists if group_id in (*entry.default, *entry.members)],
        "names": desk.form.raw("names"),
        "bodies": outline.organizations,
    }
    return show_tab(desk, "group", found.name, values, tab="groups", error=error)


def _names(desk: Desk) -> dict[str, object]:
    return {"name": desk.form.text("name"), "aliases": lines_of(desk.form.raw("aliases"))}
