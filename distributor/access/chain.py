"""The chain of the audit log: each entry holds the hash of the one before, so that a change anywhere shows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC

from distributor.model.audit import GENESIS, AuditEntry
from distributor.model.canonical import digest


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first entry that does not hold.

    Args:
        position: where; one past the last entry when entries at the end are missing.
        problem: `gap`, `previous`, `hash` or `end`.
    """

    position: int
    problem: str


def seal(entry: AuditEntry) -> AuditEntry:
    """Give an entry the hash of all that it says (SHA-256 of canonical JSON, times in UTC)."""
    return replace(entry, hash=_hash(entry))


def check_chain(entries: Iterable[AuditEntry], known: tuple[int, str] = (0, GENESIS)) -> BrokenLink | None:
    """Find the first entry that was changed, put in or taken out; None when all hold.

    Args:
        entries: in order, beginning after the known one.
        known: position and hash of the last entry that is known to hold.
    """
    position, previous = known
    for entry in entries:
        position += 1
        problem = _problem(entry, position, previous)
        if problem is not None:
            return BrokenLink(position, problem)
        previous = entry.hash
    return None


def _problem(entry: AuditEntry, position: int, previous: str) -> str | None:
    if entry.position != position:
        return "gap"
    if entry.previous != previous:
        return "previous"
    return None if entry.hash == _hash(entry) else "hash"


def _hash(entry: AuditEntry) -> str:
    when = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    said = (entry.actor, entry.origin, entry.act, entry.touched, entry.details)
    return digest([entry.position, when, said, entry.previous])
