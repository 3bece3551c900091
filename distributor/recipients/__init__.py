"""Distribution entries and an address book → a plan; pure."""

from distributor.recipients.addresses import clean_address, split_addresses
from distributor.recipients.changes import (
    MassRemoval,
    compare_books,
    compare_rows,
    contact_key,
    is_mass,
    mass_removal,
    merged,
    totals_of,
)
from distributor.recipients.checking import check
from distributor.recipients.differences import PlanDifference, added, difference
from distributor.recipients.directory import Directory
from distributor.recipients.editing import Edit, changed_book, edited, forget_organization
from distributor.recipients.export import export_address_book
from distributor.recipients.footer import footer_findings
from distributor.recipients.plan import complete_plan, make_plan
from distributor.recipients.reading import read_address_book, read_organizations, read_recipients
from distributor.recipients.resolution import Resolution, resolve

__all__ = [
    "Directory",
    "Edit",
    "MassRemoval",
    "PlanDifference",
    "Resolution",
    "added",
    "changed_book",
    "check",
    "clean_address",
    "compare_books",
    "compare_rows",
    "complete_plan",
    "contact_key",
    "difference",
    "edited",
    "export_address_book",
    "footer_findings",
    "forget_organization",
    "is_mass",
    "make_plan",
    "mass_removal",
    "merged",
    "read_address_book",
    "read_organizations",
    "read_recipients",
    "resolve",
    "split_addresses",
    "totals_of",
]
