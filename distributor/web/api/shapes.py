"""What the API says about bulletins, plans and lists; names that stand here are a promise to other programs."""

from datetime import datetime
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from distributor.model.bulletin import Visibility
from distributor.model.finding import Level
from distributor.model.recipient import EntrySource, MailFormat, OriginalFile, Role
from distributor.model.record import BulletinState

Entry = TypeVar("Entry")
PageNumber = Annotated[int, Query(ge=1, le=100_000)]
PageSize = Annotated[int, Query(ge=1, le=500)]


class Shape(BaseModel):
    """A value of an answer, read off a value of the model by its names."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class PageOf(Shape, Generic[Entry]):
    """A page of a long list."""

    total: int
    page: int
    size: int
    entries: tuple[Entry, ...]


class SignedShape(Shape):
    """Who signed a bulletin last, and the digest of the words that were signed."""

    actor: str
    signed: datetime
    content_hash: str


class BulletinLineShape(Shape):
    """A bulletin in a list."""

    id: str
    title: str | None
    issue: str | None
    date: str | None
    publisher: str | None
    state: BulletinState
    items: int
    revision: int
    received: datetime
    received_by: str
    published: datetime | None
    withdrawn: datetime | None
    signed: SignedShape | None


class AttributionShape(Shape):
    """Who supplied an item, or where it was taken from."""

    raw: str
    kind: str
    organizations: tuple[str, ...]
    persons: tuple[str, ...]
    source: str | None


class ItemShape(Shape):
    """An item with its words; `url` is its page for everybody, once it is public."""

    key: str
    section: str | None
    title: str
    paragraphs: tuple[str, ...]
    attribution: AttributionShape | None
    visibility: Visibility
    revision: int
    published: datetime | None
    updated: datetime | None
    withdrawn: datetime | None
    url: str | None


class DistributionShape(Shape):
    """A line of the footer as printed."""

    kind: str
    entries: tuple[str, ...]
    suffix: str | None


class FindingShape(Shape):
    """What an editor should look at."""

    level: Level
    code: str
    message: str
    line: int | None


class OriginalShape(Shape):
    """The file a bulletin came from."""

    name: str
    media_type: str
    size: int
    sha256: str


class BulletinShape(BulletinLineShape):
    """A bulletin with all its words."""

    content_hash: str
    preamble: tuple[str, ...]
    contents: tuple[ItemShape, ...]
    distribution: tuple[DistributionShape, ...]
    findings: tuple[FindingShape, ...]
    original: OriginalShape


class PlanEntryShape(Shape):
    """A distribution entry and what it stands for."""

    label: str
    text: str
    list_id: str | None
    target: str | None
    target_name: str | None
    organizations: tuple[str, ...]
    suggestions: tuple[str, ...]
    source: EntrySource


class PlanRowShape(Shape):
    """An address that gets the mail."""

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


class ExcludedShape(Shape):
    """An address that gets no mail, and why."""

    address: str
    organization_name: str
    reason: str


class WaivedShape(Shape):
    """A body that gets no mail, with the note of who said that this is in order."""

    organization_name: str
    note: str


class PlanShape(Shape):
    """The plan of a bulletin: who gets it, who does not, and why."""

    hash: str
    entries: tuple[PlanEntryShape, ...]
    rows: tuple[PlanRowShape, ...]
    alternates: tuple[PlanRowShape, ...]
    unresolved: tuple[PlanEntryShape, ...]
    without_contact: tuple[str, ...]
    excluded: tuple[ExcludedShape, ...]
    waived: tuple[WaivedShape, ...]


class ListShape(Shape):
    """A recipient list."""

    id: str
    name: str
    labels: tuple[str, ...]
    role: Role
    must_receive: bool
    original: OriginalFile
