"""Rows of a table → bodies, mailboxes and memberships, with a problem for every cell that cannot be used; pure."""

from distributor.recipients.importing.collector import Collector
from distributor.recipients.importing.columns import FIELDS, Column, Field, read_columns
from distributor.recipients.importing.draft import Draft, ImportOptions, RowProblem, group_changes, merged_contact

__all__ = [
    "FIELDS",
    "Collector",
    "Column",
    "Draft",
    "Field",
    "ImportOptions",
    "RowProblem",
    "group_changes",
    "merged_contact",
    "read_columns",
]
