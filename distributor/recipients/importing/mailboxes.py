"""The mailboxes one row of a table speaks of."""

from collections.abc import Callable
from datetime import date
from sys import intern
from typing import TypeVar

from distributor.errors import AddressRefused
from distributor.model.recipient import Contact, MailboxRole, MailFormat
from distributor.recipients.addresses import split_addresses
from distributor.recipients.importing import values
from distributor.recipients.importing.cells import Cells, WrongRow
from distributor.recipients.importing.columns import Field

T = TypeVar("T")


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
    mailbox = _word(row, Field.MAILBOX, MailboxRole.PRIMARY, values.mailbox_of, values.words_for("mailbox"))
    language = intern(_word(row, Field.LANGUAGE, "zh-CN", values.language_of, "zh-CN、en"))
    form = _word(row, Field.FORMAT, MailFormat.HTML, values.format_of, values.words_for("format"))
    return [
        Contact(
            address=address,
            organization=organization,
            name=_name(row.get(Field.NAME) or name),
            mailbox=mailbox,
            language=language,
            format=form,
            valid_from=first,
            valid_to=last,
        )
        for name, address in found
    ]


def _name(text: str | None) -> str | None:
    # the same few offices stand beside thousands of mailboxes
    return None if text is None else intern(text)


def _word(row: Cells, field: Field, usual: T, read: Callable[[str], T | None], known: str) -> T:
    text = row.get(field)
    found = usual if text is None else read(text)
    if found is None:
        raise WrongRow(field, "row.unknown-word", known)
    return found


def _day(row: Cells, field: Field) -> date | None:
    text = row.get(field)
    found = None if text is None else values.day_of(text)
    if text is not None and found is None:
        raise WrongRow(field, "row.no-day", "2026-01-31")
    return found
