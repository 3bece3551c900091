"""Mailboxes of all bodies: found, changed in their row or many at once, written as a table."""

from fastapi import Request, Response

from distributor.access import Act
from distributor.errors import DistributorError, NotFound, Refused
from distributor.model.history import RecordedAct, Subject
from distributor.model.recipient import MailboxRole, MailFormat, OrganizationKind
from distributor.model.searching import FoundContact, Validity
from distributor.recipients import Edit, clean_address, contact_key
from distributor.usecases.edit_book import edit_book
from distributor.usecases.export_recipients import FORMATS, export_recipients
from distributor.usecases.find_recipients import all_contact_keys, find_contacts, read_outline, show_contact
from distributor.web.desk.address_book.frame import criteria_of, read_query, said, show_tab, tried
from distributor.web.desk.pages import done, fragment
from distributor.web.desk.routing import action, page
from distributor.web.desk.sentences import desk_sentence
from distributor.web.desk.visit import Desk, Desked
from distributor.web.disposition import attachment
from distributor.web.pages import PRIVATE
from distributor.web.security import BYTES_POLICY

_FIELDS = ("address", "name", "mailbox", "language", "format", "valid_from", "valid_to")
# what may be done with many mailboxes: the field that is set, None removes them
_BULK = {"mailbox": "mailbox", "format": "format", "language": "language", "end": "valid_to", "remove": None}


@page("/contacts", Act.READ)
async def contacts(request: Request, desk: Desked) -> Response:
    """List the mailboxes that are looked for."""
    return await _list(desk, request)


@page("/contacts/export", Act.READ)
async def export(request: Request, desk: Desked) -> Response:
    """Give the mailboxes that are looked for as a table."""
    form = request.query_params.get("as", "csv")
    if form not in FORMATS:
        raise Refused("export-format", format=form, known="、".join(FORMATS))
    data = await export_recipients(desk.context, read_query(request.query_params), form, desk.visit.language)
    day = desk.context.now().date().isoformat()
    headers = {
        "cache-control": PRIVATE,
        "content-type": FORMATS[form],
        "content-disposition": attachment(f"{desk.say('desk.book.contacts')}-{day}.{form}"),
        "content-security-policy": BYTES_POLICY,
    }
    return Response(b"" if request.method == "HEAD" else data, headers=headers)


@page("/contacts/edit", Act.EDIT_BOOK)
async def ask_change(request: Request, desk: Desked) -> Response:
    """Show the form of one mailbox: in its row, or as a page where no script runs."""
    return await _form(desk, request, request.query_params.get("key", ""))


@page("/contacts/row", Act.READ)
async def row(request: Request, desk: Desked) -> Response:
    """Give the row of one mailbox, when its form was left."""
    return _row(desk, request, await _one(desk, request.query_params.get("key", "")))


@action("/contacts/edit", Act.EDIT_BOOK)
async def change(request: Request, desk: Desked) -> Response:
    """Change one mailbox."""
    key = desk.form.text("key")
    values = {name: desk.form.text(name) for name in _FIELDS}
    work = edit_book(desk.context, desk.actor, [Edit(Subject.CONTACT, key, values)])
    act = await tried(work, lambda error: _form(desk, request, key, error))
    if isinstance(act, Response):
        return act
    if _is_part(request):
        return _row(desk, request, await _one(desk, _new_key(desk, key)), act)
    return done(desk, f"organizations/{key.partition(' ')[0]}", said("desk.book.changed", act))


@action("/contacts/remove", Act.EDIT_BOOK)
async def remove(desk: Desked) -> Response:
    """Remove one mailbox."""
    key = desk.form.text("key")
    act = await edit_book(desk.context, desk.actor, [Edit(Subject.CONTACT, key, None)])
    return done(desk, f"organizations/{key.partition(' ')[0]}", said("desk.book.removed", act))


@action("/contacts/bulk", Act.EDIT_BOOK)
async def bulk(request: Request, desk: Desked) -> Response:
    """Do one thing with the mailboxes that were ticked, or with all that were found."""
    form = desk.form
    wanted = form.text("do")
    query = read_query(request.query_params)
    keys = await all_contact_keys(desk.context, query) if form.text("scope") == "all" else form.all("key")
    if not keys or wanted not in _BULK:
        return done(desk, "contacts", said("desk.book.changed", None))
    field = _BULK[wanted]
    values = None if field is None else {field: form.text(wanted)}
    edits = [Edit(Subject.CONTACT, key, values) for key in keys]
    work = edit_book(desk.context, desk.actor, edits, allow_removals=form.text("allow") == "yes")
    act = await tried(work, lambda error: _list(desk, request, error))
    return act if isinstance(act, Response) else done(desk, "contacts", said("desk.book.changed", act))


async def _list(desk: Desk, request: Request, error: DistributorError | None = None) -> Response:
    query = read_query(request.query_params)
    found = await find_contacts(desk.context, query, after=request.query_params.get("after"))
    values = {
        "query": query,
        "criteria": criteria_of(query),
        "found": found,
        "is_first": "after" not in request.query_params,
        "groups": (await read_outline(desk.context)).groups,
        "kinds": list(OrganizationKind),
        "roles": list(MailboxRole),
        "formats": list(MailFormat),
        "validities": list(Validity),
        "key_of": contact_key,
    }
    return show_tab(desk, "contacts", desk.say("desk.book.contacts"), values, tab="contacts", error=error)


async def _form(desk: Desk, request: Request, key: str, error: DistributorError | None = None) -> Response:
    found = await _one(desk, key)
    values = {
        "one": found,
        "key": key,
        "given": {name: desk.form.text(name) for name in _FIELDS} if error else None,
        "roles": list(MailboxRole),
        "formats": list(MailFormat),
        "at": request.query_params.get("at", ""),
    }
    if _is_part(request):
        problem = None if error is None else desk_sentence(error, desk.visit.language)
        return fragment(desk, "web/desk/address_book/contact_edit_row.html", {**values, "problem": problem})
    title = found.contact.address
    return show_tab(desk, "contact_edit", title, values, tab="contacts", error=error)


def _row(desk: Desk, request: Request, one: FoundContact, act: RecordedAct | None = None) -> Response:
    # on the page of a body its name does not stand in every row
    with_body = request.query_params.get("at") != "organization"
    values = {"one": one, "key_of": contact_key, "act": act, "with_body": with_body}
    return fragment(desk, "web/desk/address_book/contact_row.html", values)


async def _one(desk: Desk, key: str) -> FoundContact:
    found = await show_contact(desk.context, key)
    if found is None:
        raise NotFound("row-unknown", key=key)
    return found


def _new_key(desk: Desk, key: str) -> str:
    """Give the id of a mailbox after a change: another address makes another id."""
    return contact_key(key.partition(" ")[0], clean_address(desk.form.text("address")))


def _is_part(request: Request) -> bool:
    """Whether a script asks for a part of the page."""
    return request.headers.get("hx-request") is not None
