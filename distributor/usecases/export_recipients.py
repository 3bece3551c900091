"""Write mailboxes as a table, filtered as on screen, in the form an import reads."""

from functools import partial
from typing import Final

import anyio.to_thread

from distributor.i18n import translate
from distributor.model.recipient import AddressBook, Contact, MailboxRole, Organization, OrganizationKind
from distributor.model.searching import BookQuery
from distributor.recipients.importing import FIELDS, Field
from distributor.store import address_book
from distributor.usecases.context import Context
from distributor.usecases.find_recipients import find_contacts, find_organizations
from distributor.usecases.write_table import FORMATS, Row, neutral, write_table

__all__ = ["FORMATS", "export_recipients", "neutral"]

_PART: Final = 5_000
_SHEET: Final = "recipients"


async def export_recipients(context: Context, query: BookQuery, form: str, language: str) -> bytes:
    """Write the bodies and mailboxes that a query finds; bodies without a mailbox have a row of their own.

    Args:
        context: the installation.
        query: what is looked for.
        form: csv (UTF-8 with byte order mark) or xlsx.
        language: one of i18n.LANGUAGES, for the headings.

    Raises:
        NotFound: `group-unknown`.
    """
    async with context.database.read() as connection:
        book = await address_book.load_outline(connection)
    contacts, alone = await _contacts(context, query), await _bodies_without(context, query)
    writer = _Writer(book, language)
    rows = [*(writer.row(writer.bodies[one.organization], one) for one in contacts), *map(writer.row, alone)]
    heading = [translate(f"import-field.{field.value}", language) for field in FIELDS]
    return await anyio.to_thread.run_sync(partial(write_table, form, _SHEET, heading, rows))


async def _contacts(context: Context, query: BookQuery) -> list[Contact]:
    found: list[Contact] = []
    after: str | None = None
    while True:
        page = await find_contacts(context, query, after=after, limit=_PART)
        found += [row.contact for row in page.rows]
        after = page.following
        if after is None:
            return found


async def _bodies_without(context: Context, query: BookQuery) -> list[Organization]:
    if query.mailbox or query.format or query.suppressed is not None or query.has_contact:
        return []
    alone = BookQuery(query.word, query.kind, query.group, validity=query.validity, day=query.day, has_contact=False)
    rows: list[Organization] = []
    after: str | None = None
    while True:
        page = await find_organizations(context, alone, after=after, limit=_PART)
        rows += [found.organization for found in page.rows]
        after = page.following
        if after is None:
            return rows


class _Writer:
    """Makes the rows of a table, in the words of a language."""

    def __init__(self, book: AddressBook, language: str) -> None:
        self.bodies = {value.id: value for value in book.organizations}
        self._groups: dict[str, str] = {}
        for group in book.groups:
            for member in dict.fromkeys(group.members):
                there = self._groups.get(member)
                self._groups[member] = group.name if there is None else f"{there}；{group.name}"
        self._kinds = {kind: translate(f"organization-kind.{kind.value}", language) for kind in OrganizationKind}
        self._uses = {use: translate(f"mailbox-role.{use.value}", language) for use in MailboxRole}

    def row(self, organization: Organization, contact: Contact | None = None) -> Row:
        """Make the row of a mailbox, or of a body without one."""
        values: dict[Field, object] = {
            Field.ORGANIZATION: organization.name,
            Field.ID: organization.id,
            Field.SHORT_NAME: organization.short_name,
            Field.KIND: self._kinds[organization.kind],
            Field.GROUPS: self._groups.get(organization.id),
        }
        if contact is not None:
            values |= {
                Field.ADDRESS: contact.address,
                Field.NAME: contact.name,
                Field.MAILBOX: self._uses[contact.mailbox],
                Field.LANGUAGE: contact.language,
                Field.FORMAT: contact.format.value,
                Field.VALID_FROM: contact.valid_from,
                Field.VALID_TO: contact.valid_to,
            }
        return [neutral(str(values.get(field) or "")) for field in FIELDS]
