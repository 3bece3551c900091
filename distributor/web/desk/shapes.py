"""Values as the templates of the desk want them; pure."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from distributor.i18n import finding_sentence
from distributor.model.finding import Finding, Level
from distributor.model.recipient import Plan, PlanEntry, PlanRow
from distributor.model.record import BulletinRecord, BulletinState
from distributor.model.revision import UnderWay
from distributor.usecases.show_bulletin import BulletinAtDesk

_WEIGHT = {Level.BLOCKING: 0, Level.WARNING: 1, Level.INFO: 2}


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding for a person.

    Args:
        level: blocking, warning or info.
        code: what sort of finding.
        line: line of the source, or None.
        sentence: what there is to see.
        item: key of the item in which the line stands, or None.
    """

    level: str
    code: str
    line: int | None
    sentence: str
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """A body that an entry reaches, and its addresses.

    Args:
        name: its name.
        rows: one for each address.
    """

    name: str
    rows: tuple[PlanRow, ...]


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry of the footer and whom it reaches.

    Args:
        entry: the entry.
        bodies: the bodies with their addresses.
    """

    entry: PlanEntry
    bodies: tuple[Body, ...]

    @property
    def addresses(self) -> int:
        """Number of addresses."""
        return sum(len(body.rows) for body in self.bodies)


@dataclass(frozen=True, slots=True)
class ListLine:
    """A recipient list that the footer of a bulletin names.

    Args:
        id: its id.
        label: label of the footer group.
        addresses: how many addresses it serves.
    """

    id: str
    label: str
    addresses: int


def findings(record: BulletinRecord, language: str) -> tuple[FindingLine, ...]:
    """Write the findings for an editor, the weightiest first.

    Args:
        record: the bulletin.
        language: one of i18n.LANGUAGES.
    """
    ordered = sorted(record.findings, key=lambda finding: (_WEIGHT[finding.level], finding.line or 0))
    return tuple(replace(line, item=_item_at(record, line.line)) for line in as_lines(ordered, language))


def as_lines(found: Sequence[Finding], language: str) -> tuple[FindingLine, ...]:
    """Write findings for a person, in their order.

    Args:
        found: the findings.
        language: one of i18n.LANGUAGES.
    """
    return tuple(FindingLine(f.level.value, f.code, f.line, finding_sentence(f, language)) for f in found)


def _item_at(record: BulletinRecord, line: int | None) -> str | None:
    """Find the item in which a line of the source stands."""
    begins = [item.content.line for item in record.items]
    if line is None or begins != sorted(begins):
        return None
    place = bisect_right(begins, line) - 1
    return record.items[place].key if place >= 0 and begins[place] > 0 else None


def distribution_lines(record: BulletinRecord) -> tuple[tuple[str, str], ...]:
    """Write the lines of the footer as printed."""
    return tuple((f"{group.kind}：", "、".join(group.entries) + (group.suffix or "")) for group in record.distribution)


def plan_entries(plan: Plan) -> tuple[EntryLine, ...]:
    """Group the addresses of a plan by entry and body."""
    return tuple(EntryLine(entry, _bodies(entry, plan.rows)) for entry in plan.entries)


def _bodies(entry: PlanEntry, rows: Sequence[PlanRow]) -> tuple[Body, ...]:
    by_name: dict[str, list[PlanRow]] = {}
    for row in rows:
        if entry.text in row.reasons and row.label == entry.label:
            by_name.setdefault(row.organization_name, []).append(row)
    return tuple(Body(name, tuple(found)) for name, found in by_name.items())


def lists_of(plan: Plan) -> tuple[ListLine, ...]:
    """Give the lists that the footer names, in its order."""
    labels: dict[str, str] = {}
    for entry in plan.entries:
        if entry.list_id is not None:
            labels.setdefault(entry.list_id, entry.label)
    return tuple(
        ListLine(list_id, label, sum(row.list_id == list_id for row in plan.rows)) for list_id, label in labels.items()
    )


def chosen_under_way(sent: str, usual: UnderWay) -> UnderWay:
    """Read from a form what becomes of mail that is under way.

    Args:
        sent: what the form says.
        usual: what holds when it says nothing, or nothing known.
    """
    return UnderWay(sent) if sent in set(UnderWay) else usual


def next_step(shown: BulletinAtDesk) -> str | None:
    """Name the one thing that is to be done next: sign-off, publish, or nothing."""
    if shown.state is BulletinState.WITHDRAWN:
        return None
    if not shown.is_signed:
        return "sign-off"
    return "publish" if shown.state is BulletinState.SIGNED_OFF or shown.pending is not None else None
