"""Edit rows of the address book: one, or many at once, in one act that can be taken back."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import access, recipients
from distributor.access import Act, Actor
from distributor.errors import NotFound, Refused
from distributor.model.history import Action, BookAct, Change, Entity, RecordedAct, Subject
from distributor.model.recipient import AddressBook, Contact, Group, Organization, RecipientList
from distributor.recipients import Edit
from distributor.store import address_book, book_rows
from distributor.usecases.context import Context
from distributor.usecases.mail_templates import require_templates
from distributor.usecases.record_book_act import new_act, record_book_act

_NAMED_IN_DETAIL = 3


async def edit_book(
    context: Context,
    actor: Actor,
    edits: Sequence[Edit],
    *,
    act: BookAct = BookAct.EDIT,
    allow_removals: bool = False,
) -> RecordedAct | None:
    """Make edits in one transaction, all or none; None when nothing changes.

    A body that goes takes its mailboxes along and leaves its groups and lists.

    Args:
        context: the installation.
        actor: who edits.
        edits: what is to become of which row; a row may be named once.
        act: what it is called in the history.
        allow_removals: a mass removal is meant.

    Raises:
        NotFound: `row-unknown` for a row that is not there (any more).
        Refused: an `edit-…` code with the row and what is wrong, or `mass-removal`.
    """
    access.require(actor, Act.CONFIGURE if any(edit.subject is Subject.LIST for edit in edits) else Act.EDIT_BOOK)
    async with context.database.write() as connection:
        outline = await address_book.load_outline(connection)
        changes = await _changes(connection, outline, edits)
        if not changes:
            return None
        if not allow_removals:
            await _refuse_mass_removal(connection, changes)
        detail = "、".join(change.id for change in changes[:_NAMED_IN_DETAIL])
        return await record_book_act(connection, context, actor, new_act(context, actor, act, detail), changes)


async def _changes(connection: AsyncConnection, outline: AddressBook, edits: Sequence[Edit]) -> tuple[Change, ...]:
    book, found = outline, list[Change]()
    keys = [edit.key for edit in edits if edit.subject is Subject.CONTACT and edit.key is not None]
    contacts = await address_book.find_contacts(connection, keys) if keys else {}
    for edit in edits:
        before = contacts.get(edit.key or "") if edit.subject is Subject.CONTACT else _row(book, edit)
        if edit.key is not None and before is None:
            raise NotFound("row-unknown", key=edit.key)
        changes = [*recipients.edited(edit, before)]
        if edit.values is None and edit.subject in {Subject.ORGANIZATION, Subject.GROUP} and edit.key is not None:
            changes += recipients.forget_organization(book, edit.key)
            changes += await _mailboxes_of(connection, edit)
        found += changes
        if edit.subject is not Subject.CONTACT:
            book = recipients.changed_book(book, changes)
    await verify_contacts(connection, book, found)
    require_templates(book.lists)
    return recipients.merged(found)


def _row(book: AddressBook, edit: Edit) -> Entity | None:
    values: dict[Subject, Sequence[Organization | Group | RecipientList]] = {
        Subject.ORGANIZATION: book.organizations,
        Subject.GROUP: book.groups,
        Subject.LIST: book.lists,
    }
    wanted = edit.key if edit.key is not None else (edit.values or {}).get("id")
    row = next((value for value in values[edit.subject] if value.id == wanted), None)
    if row is not None and edit.key is None:
        raise Refused("edit-duplicate-id", entry=row.id, id=row.id, other=row.name)
    return row


async def _mailboxes_of(connection: AsyncConnection, edit: Edit) -> list[Change]:
    if edit.subject is not Subject.ORGANIZATION or edit.key is None:
        return []
    contacts = await address_book.load_contacts(connection, [edit.key])
    return [
        Change(Action.REMOVE, Subject.CONTACT, recipients.contact_key(value.organization, value.address), value)
        for value in contacts
    ]


async def verify_contacts(connection: AsyncConnection, book: AddressBook, changes: Sequence[Change]) -> None:
    """Refuse a mailbox whose body does not exist, or that the body has already.

    Args:
        connection: an open transaction.
        book: bodies as they will be.
        changes: what is to be done.

    Raises:
        Refused: `edit-unknown-organization` or `edit-duplicate-contact`.
    """
    known = {value.id for value in book.organizations}
    of_contacts = [change for change in changes if change.subject is Subject.CONTACT]
    for change in of_contacts:
        contact = change.after
        if isinstance(contact, Contact) and contact.organization not in known:
            raise Refused("edit-unknown-organization", entry=contact.address, organization=contact.organization)
    going = {change.id for change in of_contacts if change.action is Action.REMOVE}
    coming = [change.id for change in of_contacts if change.action is Action.ADD and change.id not in going]
    for key in await book_rows.load_rows(connection, Subject.CONTACT, coming):
        organization, _, address = key.partition(" ")
        raise Refused("edit-duplicate-contact", entry=organization, address=address)


async def _refuse_mass_removal(connection: AsyncConnection, changes: Sequence[Change]) -> None:
    removal = recipients.mass_removal(changes, await address_book.totals(connection))
    if removal is not None:
        raise Refused("mass-removal", kind=removal.subject.value, removed=removal.removed, total=removal.total)
