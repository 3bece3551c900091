"""Address book → the two TOML files, always in the same form: equal books give equal bytes."""

from collections.abc import Iterable
from dataclasses import fields

from distributor.model.recipient import AddressBook, Contact, Group, Organization, RecipientList
from distributor.text import toml_table


def export_address_book(book: AddressBook) -> tuple[str, str]:
    """Write organizations.toml (bodies) and recipients.toml (lists, groups, contacts); rows keep their order.

    Values that are the usual ones are left out. Reading the result gives the same book, and writing that the same
    text.

    Args:
        book: the address book.

    Returns:
        Text of organizations.toml and of recipients.toml.
    """
    recipients = (
        *_tables("lists", book.lists),
        *_tables("groups", book.groups),
        *_tables("contacts", book.contacts),
    )
    return "\n".join(_tables("organizations", book.organizations)), "\n".join(recipients)


def _tables(kind: str, values: Iterable[Organization | Group | RecipientList | Contact]) -> Iterable[str]:
    for value in values:
        # the id or the body first, the rest in the order of the model
        names = sorted((field.name for field in fields(value)), key=lambda name: name not in {"id", "organization"})
        usual = {field.name: field.default for field in fields(value)}
        row = {name: getattr(value, name) for name in names}
        yield toml_table(kind, {name: set_ for name, set_ in row.items() if set_ != usual[name]})
