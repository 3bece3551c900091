"""Windows of digests: half-open ranges of the digest log, so that each item is in exactly one for each reader; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from distributor.model.subscriber import Frequency, LogEntry


@dataclass(frozen=True, slots=True)
class DigestWindow:
    """What one digest run closes.

    Args:
        until: number of the last entry that belongs to it; a reader's digest begins after what they have seen.
        anchor: bulletin by which the ledger knows the digest: the newest issue in it.
        entries: everything that any reader of it can still be missing.
    """

    until: int
    anchor: str
    entries: tuple[LogEntry, ...]

    def after(self, seen: int) -> tuple[LogEntry, ...]:
        """Give what a reader is missing.

        Args:
            seen: number of the last entry that the reader had.
        """
        return tuple(entry for entry in self.entries if entry.number > seen)


def closed_windows(
    frequency: Frequency, entries: Sequence[LogEntry], seen: int, moment: datetime
) -> tuple[DigestWindow, ...]:
    """Close the digests of a frequency at a moment: one for each issue, or one for all of them.

    What was published at the moment or later stays for the next one. An entry behind such an entry stays too, although
    it may be older: it came late, and a window is a range without holes. Late items of an old issue go with the next
    issue; alone they make no digest.

    Args:
        frequency: how often the readers are written to.
        entries: the log after `seen`, in the order of numbers.
        seen: what the reader who is farthest behind had.
        moment: when the window closes, with its zone.
    """
    ready = [entry for entry in _before(entries, moment) if entry.number > seen]
    ends = _ends_of_issues(ready)
    if not ends:
        return ()
    if frequency is not Frequency.ISSUE:
        ends = ends[-1:]
    windows = []
    for end in ends:
        inside = tuple(entry for entry in ready if entry.number <= end)
        anchor = next(entry.bulletin_id for entry in reversed(inside) if entry.opens_issue)
        windows.append(DigestWindow(end, anchor, inside))
    return tuple(windows)


def _before(entries: Iterable[LogEntry], moment: datetime) -> list[LogEntry]:
    found = []
    for entry in entries:
        if entry.published.astimezone(UTC) >= moment.astimezone(UTC):
            break
        found.append(entry)
    return found


def _ends_of_issues(entries: Sequence[LogEntry]) -> list[int]:
    """Find the number with which each issue ends: its own last entry, late items of older ones before it included."""
    ends: dict[str, int] = {}
    for entry in entries:
        if entry.opens_issue:
            ends[entry.bulletin_id] = entry.number
    return sorted(ends.values())
