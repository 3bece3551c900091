"""The chain of the audit log."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor import access
from distributor.access import BrokenLink
from distributor.model.audit import GENESIS, AuditEntry, Touched

NOW = datetime(2026, 1, 5, 9, 0, 0, 123456, tzinfo=UTC)


def chain(length: int = 5) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    for position in range(1, length + 1):
        previous = entries[-1].hash if entries else GENESIS
        touched = Touched("bulletin", "b001", None, "f" * 64)
        entry = AuditEntry(position, NOW, "li", "desk", "publish", touched, previous, "", {"items": 31})
        entries.append(access.seal(entry))
    return entries


CHANGES: dict[str, dict[str, Any]] = {
    "time": {"at": NOW + timedelta(microseconds=1)},
    "actor": {"actor": "wang"},
    "origin": {"origin": "shell"},
    "act": {"act": "send"},
    "object": {"touched": Touched("bulletin", "b002", None, "f" * 64)},
    "before": {"touched": Touched("bulletin", "b001", "0" * 64, "f" * 64)},
    "details": {"details": {"items": 32}},
    "hash": {"hash": "0" * 64},
}


def test_an_untouched_chain_holds() -> None:
    assert access.check_chain(chain()) is None
    assert access.check_chain([]) is None


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_changed_shows_at_its_place(change: str) -> None:
    entries = chain()
    entries[2] = replace(entries[2], **CHANGES[change])
    assert access.check_chain(entries) == BrokenLink(3, "hash")


def test_an_entry_that_was_changed_and_sealed_anew_breaks_the_next_link() -> None:
    entries = chain()
    entries[2] = access.seal(replace(entries[2], actor="wang"))
    assert access.check_chain(entries) == BrokenLink(4, "previous")


def test_a_missing_entry_is_a_gap() -> None:
    entries = chain()
    del entries[2]
    assert access.check_chain(entries) == BrokenLink(3, "gap")


def test_a_part_is_checked_from_what_is_known_to_hold() -> None:
    entries = chain()
    assert access.check_chain(entries[3:], (3, entries[2].hash)) is None
    assert access.check_chain(entries[3:], (3, "0" * 64)) == BrokenLink(4, "previous")


def test_the_zone_in_which_a_time_is_given_does_not_matter() -> None:
    entry = chain(1)[0]
    elsewhere = replace(entry, at=NOW.astimezone(timezone(timedelta(hours=8))))
    assert access.seal(elsewhere).hash == entry.hash


@given(st.integers(0, 4), st.dictionaries(st.text(max_size=5), st.one_of(st.text(max_size=5), st.integers())))
def test_details_of_any_kind_are_held(place: int, details: dict[str, object]) -> None:
    entries = chain()
    entries[place] = replace(entries[place], details=details)
    broken = access.check_chain(entries)
    assert broken == (None if details == {"items": 31} else BrokenLink(place + 1, "hash"))
