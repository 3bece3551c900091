"""Who can receive: organizations, contacts, groups, recipient lists, and the plan a footer makes of them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from distributor.model.canonical import digest


class OrganizationKind(StrEnum):
    """What sort of body an organization is."""

    MINISTRY = "ministry"
    ALLIANCE = "alliance"
    MEMBER = "member"
    LOCAL = "local"
    OTHER = "other"


class MailboxRole(StrEnum):
    """What a mailbox is for: the first to write to, a further reader, or the one to try when the first fails."""

    PRIMARY = "primary"
    CC = "cc"
    BACKUP = "backup"


class MailFormat(StrEnum):
    """Which parts a reader wants."""

    HTML = "html"
    TEXT = "text"


class Role(StrEnum):
    """How a reader is addressed: by what the footer says (报 up, 送 across, 发 down) or as a subscriber."""

    REPORT = "report"
    SEND = "send"
    ISSUE = "issue"
    SUBSCRIBER = "subscriber"


class OriginalFile(StrEnum):
    """What the readers of a list get of the file a bulletin came from: a link to it, the file itself, or nothing."""

    LINK = "link"
    ATTACH = "attach"
    NONE = "none"


class EntrySource(StrEnum):
    """Why an entry stands in a plan: the footer names it, its list always serves it, or it was added to this issue."""

    FOOTER = "footer"
    LIST = "list"
    EXTRA = "extra"


def address_key(address: str) -> str:
    """Make the key under which two spellings of one mailbox are equal: case makes no difference in practice."""
    folded = address.casefold()
    # the same text is not kept twice: there may be hundreds of thousands
    return address if folded == address else folded


@dataclass(frozen=True, slots=True)
class Organization:
    """A body that bulletins go to.

    Args:
        id: short ASCII name, unique.
        name: canonical name.
        kind: what sort of body.
        short_name: usual short name, or None.
        aliases: other names it is known by.
        parent: id of the body above it, or None.
        valid_from: first day on which it exists, or None.
        valid_to: last day, or None.
    """

    id: str
    name: str
    kind: OrganizationKind
    short_name: str | None = None
    aliases: tuple[str, ...] = ()
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it is known by, the canonical one first."""
        return (self.name, *((self.short_name,) if self.short_name else ()), *self.aliases)


@dataclass(frozen=True, slots=True)
class Contact:
    """One mailbox of an organization.

    Args:
        address: e-mail address, cleaned; the domain may be an A-label.
        organization: id of the organization.
        name: display name, or None.
        mailbox: what the mailbox is for.
        language: BCP 47.
        format: HTML with text, or text alone.
        valid_from: first day on which it is written to, or None.
        valid_to: last day, or None.
    """

    address: str
    organization: str
    name: str | None = None
    mailbox: MailboxRole = MailboxRole.PRIMARY
    language: str = "zh-CN"
    format: MailFormat = MailFormat.HTML
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A collective name of a footer (各试点产业技术创新战略联盟) and the ids of its members, bodies or groups."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    members: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it is known by, the canonical one first."""
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class RecipientList:
    """A recipient list (分发名单): how everybody under one label of the footer is served.

    Args:
        id: short ASCII name, unique.
        name: name for people.
        labels: footer labels it stands for (报, 呈报 …); empty for a list that binds by name (subscribers).
        role: how its readers are addressed.
        must_receive: unsubscribing opens a ticket instead of removing the address.
        default: bodies or groups (ids) it takes when a bulletin has no footer, offered to the editor.
        subject: pattern of the subject line, or None for the usual one.
        members: bodies, groups (ids) or addresses it serves with every issue, whatever the footer says.
        sender_name: name in From, or None for the usual one.
        sender_address: address in From, or None for the usual one.
        reply_to: where answers go, or None for the usual address.
        template: folder below templates/mail, or None for the usual one.
        original: what its readers get of the file a bulletin came from.
    """

    id: str
    name: str
    labels: tuple[str, ...]
    role: Role
    must_receive: bool = True
    default: tuple[str, ...] = ()
    subject: str | None = None
    members: tuple[str, ...] = ()
    sender_name: str | None = None
    sender_address: str | None = None
    reply_to: str | None = None
    template: str | None = None
    original: OriginalFile = OriginalFile.LINK


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address that is not written to (停发).

    Args:
        address: the address.
        reason: why, in words or as the code of a refusal.
        list_id: for one list alone, None for all.
        since: when it began, None when that does not matter.
    """

    address: str
    reason: str
    list_id: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class AddressBook:
    """Everything the secretariat knows about recipients."""

    organizations: tuple[Organization, ...] = ()
    contacts: tuple[Contact, ...] = ()
    groups: tuple[Group, ...] = ()
    lists: tuple[RecipientList, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """One distribution entry and what it stands for.

    Args:
        label: label of the footer group, as printed.
        text: the entry as printed.
        list_id: recipient list of the label, or None when no list has it.
        target: id of the organization or group it resolves to, or None.
        target_name: canonical name of the target.
        organizations: ids of the organizations it reaches.
        suggestions: names that look like it, best first, when it does not resolve.
        source: why it is there.
    """

    label: str
    text: str
    list_id: str | None
    target: str | None
    target_name: str | None = None
    organizations: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    source: EntrySource = EntrySource.FOOTER


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One address that gets the mail, once, however many ways lead to it.

    Args:
        address: where to.
        display_name: name in the To header, or None.
        organization: id of the body, None for an address that belongs to none.
        organization_name: its canonical name, or the name of the address, or empty.
        list_id: the recipient list it is served by.
        label: label of the footer group.
        role: how it is addressed.
        language: BCP 47.
        format: HTML with text, or text alone.
        reasons: the entries that led here, as printed.
    """

    address: str
    display_name: str | None
    organization: str | None
    organization_name: str
    list_id: str
    label: str
    role: Role
    language: str
    format: MailFormat
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Excluded:
    """An address that would have been written to but is not, with the reason."""

    address: str
    organization_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Waived:
    """An organization of the footer that gets no mail, with the note of who said that this is in order."""

    organization_name: str
    note: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan (分发方案) of one bulletin: every entry resolved to addresses.

    Args:
        entries: in the order of the footer.
        rows: one for each address, in the order in which it was first reached.
        without_contact: names of resolved organizations that nobody can be written to at.
        excluded: suppressed addresses.
        waived: organizations without mailbox of which a person said that this is in order.
        alternates: backup mailboxes, written to only when everybody else of their body was not reached.
    """

    entries: tuple[PlanEntry, ...] = ()
    rows: tuple[PlanRow, ...] = ()
    without_contact: tuple[str, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    waived: tuple[Waived, ...] = ()
    alternates: tuple[PlanRow, ...] = ()

    @property
    def unresolved(self) -> tuple[PlanEntry, ...]:
        """Entries that stand for nobody we know; they block sending."""
        return tuple(entry for entry in self.entries if entry.target is None or entry.list_id is None)

    @property
    def hash(self) -> str:
        """Digest of who gets the mail and why; a sign-off binds it."""
        # plans that were signed before there were alternates keep their digest
        return digest([self.entries, self.rows, *([self.alternates] if self.alternates else [])])
