"""The mailboxes one row of a table speaks of."""

from datetime import date
from sys import intern

from distributor.errors import AddressRefused
from distributor.model.recipient import Contact, MailboxRole, MailFormat
from distributor.recipients.addresses import split_addresses
from distributor.recipients.importing import values
from distributor.recipients.importing.cells import Cells, WrongRow
from distributor.recipients.importing.columns import Field


def contacts_in(row: Cells, organization: str) -> list[Contact]:
    """Give the mailboxes of a row, none when it has no address.

    Args:
        row: its cells.
        organization: id of the body they belong to.

    Raises:
        WrongRow: what is wrong with which cell.
    """
    text = row.get(Field.ADDRESS)
    if text is None:
        return []
    try:
        found = split_addresses(text)
    except AddressRefused as error:
        wrong = WrongRow(Field.ADDRESS, f"error.{error.code}")
        wrong.parameters = error.parameters
        raise wrong from error
    first, last = _day(row, Field.VALID_FROM), _day(row, Field.VALID_TO)
    if first and last and last < first:
        raise WrongRow(Field.VALID_TO, "row.dates")
    return [
        Contact(
            address=address,
            organization=organization,
            name=_name(row.get(Field.NAME) or name),
            mailbox=_mailbox(row),
            language=_language(row),
            format=_format(row),
            valid_from=first,
            valid_to=last,
        )
        for name, address in found
    ]


def _name(text: str | None) -> str | None:
    # the same few offices stand beside thousands of mailboxes
    return None if text is None else intern(text)


def _mailbox(row: Cells) -> MailboxRole:
    text = row.get(Field.MAILBOX)
    found = MailboxRole.PRIMARY if text is None else values.mailbox_of(text)
    if found is None:
        raise WrongRow(Field.MAILBOX, "row.unknown-word", values.words_for("mailbox"))
    return found


def _format(row: Cells) -> MailFormat:
    text = row.get(Field.FORMAT)
    found = MailFormat.HTML if text is None else values.format_of(text)
    if found is None:
        raise WrongRow(Field.FORMAT, "row.unknown-word", values.words_for("format"))
    return found


def _language(row: Cells) -> str:
    text = row.get(Field.LANGUAGE)
    found = "zh-CN" if text is None else values.language_of(text)
    if found is None:
        raise WrongRow(Field.LANGUAGE, "row.unknown-word", "zh-CN、en")
    return intern(found)


def _day(row: Cells, field: Field) -> date | None:
    text = row.get(field)
    found = None if text is None else values.day_of(text)
    if text is not None and found is None:
        raise WrongRow(field, "row.no-day", "2026-01-31")
    return found
