"""Bodies: found by any part of a name, shown with all that is kept about them, changed."""

from collections.abc import Mapping

from fastapi import Request, Response

from distributor.access import Act
from distributor.errors import DistributorError
from distributor.model.history import Subject
from distributor.model.recipient import MailboxRole, MailFormat, OrganizationKind
from distributor.model.searching import Validity
from distributor.recipients import Edit
from distributor.usecases.edit_book import edit_book
from distributor.usecases.find_recipients import find_organizations, read_outline, show_organization
from distributor.web.desk.address_book.frame import criteria_of, lines_of, read_query, said, show_tab, tried
from distributor.web.desk.pages import done
from distributor.web.desk.routing import action, page
from distributor.web.desk.visit import Desk, Desked

_TEXTS = ("name", "kind", "short_name", "parent", "valid_from", "valid_to")
_BULK = frozenset({"join", "leave", "kind", "remove"})


@page("/organizations", Act.READ)
async def organizations(request: Request, desk: Desked) -> Response:
    """List the bodies that are looked for."""
    return await _list(desk, request)


@page("/organizations/new", Act.EDIT_BOOK)
async def ask_add(desk: Desked) -> Response:
    """Show the form for a new body."""
    return await _new(desk)


@action("/organizations/new", Act.EDIT_BOOK)
async def add(desk: Desked) -> Response:
    """Add a body."""
    values = {"id": desk.form.text("id"), **_values(desk)}
    edit = Edit(Subject.ORGANIZATION, None, values)
    act = await tried(edit_book(desk.context, desk.actor, [edit]), lambda error: _new(desk, error))
    if isinstance(act, Response):
        return act
    return done(desk, f"organizations/{values['id']}", said("desk.book.added", act))


@action("/organizations/bulk", Act.EDIT_BOOK)
async def bulk(request: Request, desk: Desked) -> Response:
    """Do one thing with the bodies that were ticked."""
    form = desk.form
    keys, wanted = form.all("key"), form.text("do")
    if not keys or wanted not in _BULK:
        return done(desk, "organizations", said("desk.book.changed", None))
    edits = await _bulk_edits(desk, keys, wanted)
    allowed = form.text("allow") == "yes"
    work = edit_book(desk.context, desk.actor, edits, allow_removals=allowed)
    act = await tried(work, lambda error: _list(desk, request, error))
    return act if isinstance(act, Response) else done(desk, "organizations", said("desk.book.changed", act))


@page("/organizations/{organization_id}", Act.READ)
async def organization(desk: Desked, organization_id: str) -> Response:
    """Show everything about a body."""
    return await _show(desk, organization_id)


@action("/organizations/{organization_id}", Act.EDIT_BOOK)
async def change(desk: Desked, organization_id: str) -> Response:
    """Change a body."""
    edit = Edit(Subject.ORGANIZATION, organization_id, _values(desk))
    work = edit_book(desk.context, desk.actor, [edit])
    act = await tried(work, lambda error: _show(desk, organization_id, error))
    if isinstance(act, Response):
        return act
    return done(desk, f"organizations/{organization_id}", said("desk.book.changed", act))


@action("/organizations/{organization_id}/contacts", Act.EDIT_BOOK)
async def add_contact(desk: Desked, organization_id: str) -> Response:
    """Add a mailbox to a body."""
    names = ("address", "name", "mailbox", "language", "format", "valid_from", "valid_to")
    values = {"organization": organization_id, **{name: desk.form.text(name) for name in names}}
    work = edit_book(desk.context, desk.actor, [Edit(Subject.CONTACT, None, values)])
    act = await tried(work, lambda error: _show(desk, organization_id, error))
    if isinstance(act, Response):
        return act
    return done(desk, f"organizations/{organization_id}", said("desk.book.added", act))


@action("/organizations/{organization_id}/remove", Act.EDIT_BOOK)
async def remove(desk: Desked, organization_id: str) -> Response:
    """Remove a body with its mailboxes."""
    act = await edit_book(desk.context, desk.actor, [Edit(Subject.ORGANIZATION, organization_id, None)])
    return done(desk, "organizations", said("desk.book.removed", act))


async def _list(desk: Desk, request: Request, error: DistributorError | None = None) -> Response:
    query = read_query(request.query_params)
    found = await find_organizations(desk.context, query, after=request.query_params.get("after"))
    values = {
        "query": query,
        "criteria": criteria_of(query),
        "found": found,
        "is_first": "after" not in request.query_params,
        "groups": (await read_outline(desk.context)).groups,
        "kinds": list(OrganizationKind),
        "validities": list(Validity),
    }
    return show_tab(
        desk, "organizations", desk.say("desk.book.organizations"), values, tab="organizations", error=error
    )


async def _new(desk: Desk, error: DistributorError | None = None) -> Response:
    values = {"given": {**_values(desk), "id": desk.form.text("id")}, **await _choices(desk)}
    return show_tab(
        desk, "organization_new", desk.say("desk.book.new-organization"), values, tab="organizations", error=error
    )


async def _show(desk: Desk, organization_id: str, error: DistributorError | None = None) -> Response:
    found = await show_organization(desk.context, organization_id)
    values = {
        "found": found,
        "stopped": {one.address.casefold(): one.reason for one in found.suppressions},
        "roles": list(MailboxRole),
        "formats": list(MailFormat),
        "given": {name: desk.form.text(name) for name in ("address", "name")},
        **await _choices(desk),
    }
    return show_tab(desk, "organization", found.organization.name, values, tab="organizations", error=error)


async def _choices(desk: Desk) -> Mapping[str, object]:
    outline = await read_outline(desk.context)
    return {"kinds": list(OrganizationKind), "bodies": outline.organizations}


def _values(desk: Desk) -> dict[str, object]:
    form = desk.form
    texts = {name: form.text(name) for name in _TEXTS}
    return {**texts, "aliases": lines_of(form.raw("aliases"))}


async def _bulk_edits(desk: Desk, keys: tuple[str, ...], wanted: str) -> list[Edit]:
    if wanted == "remove":
        return [Edit(Subject.ORGANIZATION, key, None) for key in keys]
    if wanted == "kind":
        kind = desk.form.text("kind")
        return [Edit(Subject.ORGANIZATION, key, {"kind": kind}) for key in keys]
    chosen = desk.form.text("group")
    outline = await read_outline(desk.context)
    group = next((group for group in outline.groups if group.id == chosen), None)
    members = () if group is None else group.members
    if wanted == "join":
        members = (*members, *(key for key in keys if key not in members))
    else:
        members = tuple(member for member in members if member not in keys)
    return [Edit(Subject.GROUP, chosen, {"members": members})]
