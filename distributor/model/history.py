"""What is changed in an address book, and the acts that changed it."""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from distributor.model.extras import Extra, Waiver
from distributor.model.recipient import Contact, Group, Organization, RecipientList, Suppression

Entity = Organization | Group | Contact | RecipientList | Suppression | Extra | Waiver


class Action(StrEnum):
    """What happens to a row."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"


class Subject(StrEnum):
    """What kind of row it is, by the name of its table in the files or the database."""

    ORGANIZATION = "organizations"
    GROUP = "groups"
    CONTACT = "contacts"
    LIST = "lists"
    SUPPRESSION = "suppressions"
    EXTRA = "extras"
    WAIVER = "waivers"


class BookAct(StrEnum):
    """What somebody did to the address book; the sentence is `book-act.<value>`."""

    APPLY = "apply"
    IMPORT = "import"
    EDIT = "edit"
    ALIAS = "alias"
    SUPPRESS = "suppress"
    UNSUPPRESS = "unsuppress"
    UNSUBSCRIBE = "unsubscribe"
    ADJUST = "adjust"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Change:
    """One row that is added, changed or removed.

    Args:
        action: what happens.
        subject: kind of row.
        id: id of the row; of a contact its organization and address with a blank between.
        before: the row as it is, None when it is added.
        after: the row as it will be, None when it is removed.
        fields: names of the fields that change; `order` when a list moves before or behind another.
    """

    action: Action
    subject: Subject
    id: str
    before: Entity | None = None
    after: Entity | None = None
    fields: tuple[str, ...] = ()

    @property
    def reversed(self) -> "Change":
        """The change that takes this one back."""
        opposite = {Action.ADD: Action.REMOVE, Action.REMOVE: Action.ADD, Action.CHANGE: Action.CHANGE}
        return Change(opposite[self.action], self.subject, self.id, self.after, self.before, self.fields)


def changed_fields(before: Entity | None, after: Entity | None) -> tuple[str, ...]:
    """Name the fields in which two states of a row differ; none when there is only one."""
    if before is None or after is None:
        return ()
    return tuple(f.name for f in fields(before) if getattr(before, f.name) != getattr(after, f.name))


@dataclass(frozen=True, slots=True)
class RecordedAct:
    """One act upon the address book; its changes were made together and can be taken back together.

    Args:
        id: minted with it.
        at: when.
        actor: name of who did it.
        act: what they did.
        detail: name of the file, of the row, or of the act that was undone.
        count: number of changes.
        undone: id of the act that took it back, or None.
    """

    id: str
    at: datetime
    actor: str
    act: BookAct
    detail: str = ""
    count: int = 0
    undone: str | None = None


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """A change of the past, with the act it belongs to."""

    act: RecordedAct
    change: Change
