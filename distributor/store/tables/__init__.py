"""All tables; importing this package fills the metadata that migrations are compared with."""

from distributor.store.tables.access import audit, audit_head, login_failures, sessions, users
from distributor.store.tables.address_book import (
    address_book_acts,
    address_book_changes,
    plan_extras,
    plan_waivers,
    uploads,
)
from distributor.store.tables.bulletins import bulletins, item_revisions, items, sign_offs
from distributor.store.tables.content import blobs, documents
from distributor.store.tables.ledger import deliveries, delivery_events, instance, lanes, run_events, runs
from distributor.store.tables.metadata import metadata
from distributor.store.tables.publishing import (
    bulletin_revisions,
    corrections,
    feed_access,
    feed_cards,
    feed_channels,
    feed_shares,
    hub_pings,
    retired_documents,
    search_entries,
    site_state,
    withdrawals,
)
from distributor.store.tables.recipients import contacts, groups, organizations, recipient_lists, suppressions, tickets
from distributor.store.tables.schedules import occurrences, schedules

__all__ = [
    "address_book_acts",
    "address_book_changes",
    "audit",
    "audit_head",
    "blobs",
    "bulletin_revisions",
    "bulletins",
    "contacts",
    "corrections",
    "deliveries",
    "delivery_events",
    "documents",
    "feed_access",
    "feed_cards",
    "feed_channels",
    "feed_shares",
    "groups",
    "hub_pings",
    "instance",
    "item_revisions",
    "items",
    "lanes",
    "login_failures",
    "metadata",
    "occurrences",
    "organizations",
    "plan_extras",
    "plan_waivers",
    "recipient_lists",
    "retired_documents",
    "run_events",
    "runs",
    "schedules",
    "search_entries",
    "sessions",
    "sign_offs",
    "site_state",
    "suppressions",
    "tickets",
    "uploads",
    "users",
    "withdrawals",
]
