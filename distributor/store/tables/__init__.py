"""All tables; importing this package fills the metadata that migrations are compared with."""

from distributor.store.tables.bulletins import bulletins, item_revisions, items, sign_offs
from distributor.store.tables.content import blobs, documents
from distributor.store.tables.ledger import deliveries, delivery_events, runs
from distributor.store.tables.metadata import metadata
from distributor.store.tables.recipients import contacts, groups, organizations, recipient_lists, suppressions, tickets
from distributor.store.tables.schedules import occurrences, schedules

__all__ = [
    "blobs",
    "bulletins",
    "contacts",
    "deliveries",
    "delivery_events",
    "documents",
    "groups",
    "item_revisions",
    "items",
    "metadata",
    "occurrences",
    "organizations",
    "recipient_lists",
    "runs",
    "schedules",
    "sign_offs",
    "suppressions",
    "tickets",
]
