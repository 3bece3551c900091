"""What is looked for in the address book, and a page of what was found."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from distributor.model.recipient import Contact, MailboxRole, MailFormat, Organization, OrganizationKind

Found = TypeVar("Found")

PAGE_SIZE = 50


class Validity(StrEnum):
    """Whether a body or mailbox counts today, no longer, or not yet."""

    NOW = "now"
    PAST = "past"
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class BookQuery:
    """What is looked for; a criterion that is None excludes nothing.

    Args:
        word: part of a name, id or address; how it is set makes no difference.
        kind: sort of body.
        group: id of a group whose members, those of its groups included, are meant.
        organization: id of the body a mailbox belongs to.
        mailbox: what the mailbox is for.
        format: HTML or text.
        validity: whether it counts on the day.
        suppressed: whether the address is not written to.
        has_contact: whether the body has a mailbox.
        day: the day that validity is judged by.
    """

    word: str = ""
    kind: OrganizationKind | None = None
    group: str | None = None
    organization: str | None = None
    mailbox: MailboxRole | None = None
    format: MailFormat | None = None
    validity: Validity | None = None
    suppressed: bool | None = None
    has_contact: bool | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Found]):
    """A part of what was found.

    Args:
        rows: in order.
        total: how many there are altogether.
        following: where the next page begins, None on the last one.
    """

    rows: tuple[Found, ...]
    total: int
    following: str | None = None


@dataclass(frozen=True, slots=True)
class FoundOrganization:
    """A body and how many mailboxes it has."""

    organization: Organization
    contacts: int


@dataclass(frozen=True, slots=True)
class FoundContact:
    """A mailbox, the name of its body, and why it is not written to, if so."""

    contact: Contact
    organization_name: str
    suppressed: str | None = None
