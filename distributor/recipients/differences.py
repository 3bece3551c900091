"""What separates two plans: whom a sign-off did not cover, and what changed since the last issue."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from distributor.model.recipient import Plan, PlanEntry, PlanRow, Role, address_key
from distributor.recipients.names import name_key


@dataclass(frozen=True, slots=True)
class PlanDifference:
    """What is new, gone or different in a plan.

    Args:
        added: addresses that only the current plan has.
        removed: addresses that only the previous plan had.
        changed: the same address before and now, served by another list, in another form or for another body.
        appeared: entries that only the current footer has.
        gone: entries that only the previous footer had.
    """

    added: tuple[PlanRow, ...] = ()
    removed: tuple[PlanRow, ...] = ()
    changed: tuple[tuple[PlanRow, PlanRow], ...] = ()
    appeared: tuple[PlanEntry, ...] = ()
    gone: tuple[PlanEntry, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the two plans reach the same people in the same way."""
        return not (self.added or self.removed or self.changed or self.appeared or self.gone)


def added(signed: Plan, current: Plan) -> tuple[PlanRow, ...]:
    """Give the rows of the current plan that a sign-off did not cover; one of them voids it, a removal does not.

    A row is covered when the signed plan serves its address by the same list in the same role. An address whose
    first list stopped it (suppression) and that another way, signed as well, still reaches is covered too.

    Args:
        signed: the plan that was signed off.
        current: the plan as it would be now.
    """
    by_address = _by_address(signed.rows)
    signed_ways = _Ways(
        frozenset((entry.label, entry.text, entry.list_id) for entry in signed.entries),
        frozenset((row.list_id, row.role) for row in signed.rows),
    )
    return tuple(row for row in current.rows if not signed_ways.cover(row, by_address.get(address_key(row.address))))


@dataclass(frozen=True, slots=True)
class _Ways:
    """How a plan serves its entries.

    Args:
        entries: label, text and list of each entry.
        roles: the role in which each list addresses its readers.
    """

    entries: frozenset[tuple[str, str, str | None]]
    roles: frozenset[tuple[str, Role]]

    def cover(self, row: PlanRow, signed: PlanRow | None) -> bool:
        """Tell whether a row was signed, as it is or as a further way to the same address."""
        if signed is None:
            return False
        if (row.list_id, row.role) == (signed.list_id, signed.role):
            return True
        first = row.reasons[0]
        is_signed_way = first in signed.reasons and (row.label, first, row.list_id) in self.entries
        return is_signed_way and (row.list_id, row.role) in self.roles


def difference(previous: Plan | None, current: Plan) -> PlanDifference:
    """Compare the plan of an issue with that of the issue before.

    Args:
        previous: plan of the issue before, or None when there is none: then everything is new.
        current: plan of this issue.
    """
    before = previous or Plan()
    old, new = _by_address(before.rows), _by_address(current.rows)
    old_entries, new_entries = _by_text(before.entries), _by_text(current.entries)
    return PlanDifference(
        added=tuple(row for key, row in new.items() if key not in old),
        removed=tuple(row for key, row in old.items() if key not in new),
        changed=tuple((old[key], row) for key, row in new.items() if key in old and _differ(old[key], row)),
        appeared=tuple(entry for key, entry in new_entries.items() if key not in old_entries),
        gone=tuple(entry for key, entry in old_entries.items() if key not in new_entries),
    )


def _differ(one: PlanRow, other: PlanRow) -> bool:
    # why somebody gets the mail shows in the entries that appeared or went
    return replace(one, reasons=()) != replace(other, reasons=())


def _by_address(rows: Iterable[PlanRow]) -> dict[str, PlanRow]:
    return {address_key(row.address): row for row in rows}


def _by_text(entries: Iterable[PlanEntry]) -> dict[tuple[str, str], PlanEntry]:
    return {(name_key(entry.label), name_key(entry.text)): entry for entry in entries}
