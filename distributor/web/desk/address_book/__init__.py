"""The address book at the desk: bodies, mailboxes, groups, lists, who is not written to, tables, history."""

from distributor.web.desk.address_book import (
    contacts,
    groups,
    history,
    importing,
    lists,
    organizations,
    plans,
    suppressions,
)

# importing a module registers its routes
PARTS = (organizations, contacts, groups, lists, suppressions, importing, history, plans)

__all__ = ["PARTS"]
