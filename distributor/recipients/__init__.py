"""Distribution entries and an address book → a plan; pure."""

from distributor.recipients.addresses import address_key, clean_address, split_addresses
from distributor.recipients.changes import Action, Change, Subject, compare_books
from distributor.recipients.checking import check
from distributor.recipients.differences import PlanDifference, added, difference
from distributor.recipients.export import export_address_book
from distributor.recipients.footer import footer_findings
from distributor.recipients.plan import make_plan
from distributor.recipients.reading import read_address_book, read_organizations

__all__ = [
    "Action",
    "Change",
    "PlanDifference",
    "Subject",
    "added",
    "address_key",
    "check",
    "clean_address",
    "compare_books",
    "difference",
    "export_address_book",
    "footer_findings",
    "make_plan",
    "read_address_book",
    "read_organizations",
    "split_addresses",
]
