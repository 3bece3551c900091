"""The journal: what was written survives the process; a torn entry ends the reading; a full disk is noticed in time."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.errors import Misconfigured
from distributor.model.ledger import Mark
from distributor.model.recipient import MailFormat, Role
from distributor.model.run import Delivery, DeliveryState, Phase, RefusalClass, Reply
from distributor.store import entries, journal
from distributor.store.journal import Journal, JournalFullError, dead_journals

AT = datetime(2026, 1, 5, 2, 30, 0, 123456, tzinfo=UTC)


def delivery(key: str = "d1", fence: int = 1) -> Delivery:
    return Delivery(key, "r1", "", None, None, "", "", Role.SUBSCRIBER, "", MailFormat.TEXT, "", "", "", fence=fence)


def doubt(key: str = "d1") -> Mark:
    return Mark(delivery(key), DeliveryState.IN_DOUBT, "w1", at=AT)


def sent(key: str = "d1", text: str = "2.0.0 收下了") -> Mark:
    return Mark(delivery(key), DeliveryState.SENT, "w1", Reply(Phase.DOT, 250, text), at=AT)


def kill(written: Journal) -> None:
    """Leave the files as a killed process does: the lock goes with it."""
    written.abandon()


def read(folder: Path) -> dict[str, list[tuple[str, DeliveryState]]]:
    with dead_journals(folder) as dead:
        return {one.worker: [(mark.delivery.id, mark.state) for mark in one.marks] for one in dead}


@given(
    text=st.text(max_size=900),
    code=st.integers(0, 599),
    fence=st.integers(1, 2**31 - 1),
    refusal=st.sampled_from([None, *RefusalClass]),
)
def test_an_entry_is_read_as_it_was_written(text: str, code: int, fence: int, refusal: RefusalClass | None) -> None:
    text = text.encode("utf-8", "replace").decode()
    mark = Mark(delivery(fence=fence), DeliveryState.DEFERRED, "w", Reply(Phase.RCPT, code, text), refusal, AT, AT)
    entry = entries.encode(entries.write(mark))
    assert len(entry) < 4096, "the room that is kept for the end of a doubt suffices"
    (found,) = entries.decode(entry + b"\0" * 100)
    assert found.reply == Reply(Phase.RCPT, code, text[:500].replace("\0", ""))
    assert replace(found, reply=None) == replace(mark, reply=None)


@given(st.integers(0, 400), st.integers(0, 255))
def test_nothing_behind_a_damaged_entry_is_believed(place: int, octet: int) -> None:
    good, bad = entries.encode(entries.write(doubt("d1"))), bytearray(entries.encode(entries.write(sent("d2"))))
    position = place % (len(bad) - 1)
    damaged = bad[position] != octet
    bad[position] = octet
    found = [
        mark.delivery.id for mark in entries.decode(good + bytes(bad) + entries.encode(entries.write(doubt("d3"))))
    ]
    assert found == (["d1"] if damaged else ["d1", "d2", "d3"])


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading(data: bytes) -> None:
    assert list(entries.decode(data)) == []


def test_a_killed_worker_leaves_every_mark(tmp_path: Path) -> None:
    written = Journal(tmp_path, "w1")
    written.begin(entries.write(doubt("d1")))
    written.end(entries.write(sent("d1")))
    written.begin(entries.write(doubt("d2")))
    kill(written)
    in_doubt, taken = DeliveryState.IN_DOUBT, DeliveryState.SENT
    assert read(tmp_path) == {"w1": [("d1", in_doubt), ("d1", taken), ("d2", in_doubt)]}
    assert list(tmp_path.iterdir()) == [], "what was replayed is removed"


def test_a_journal_stays_when_its_replay_fails(tmp_path: Path) -> None:
    written = Journal(tmp_path, "w1")
    written.begin(entries.write(doubt()))
    kill(written)

    def replay() -> None:
        with dead_journals(tmp_path) as dead:
            assert len(dead) == 1
            raise ConnectionError

    with pytest.raises(ConnectionError):
        replay()
    assert list(read(tmp_path)) == ["w1"]


def test_the_journal_of_a_living_worker_is_left_alone(tmp_path: Path) -> None:
    living = Journal(tmp_path, "w1")
    living.begin(entries.write(doubt()))
    assert read(tmp_path) == {}
    living.close()
    assert list(tmp_path.iterdir()) == []


def test_a_worker_without_marks_is_found_dead_too(tmp_path: Path) -> None:
    kill(Journal(tmp_path, "w1"))
    assert read(tmp_path) == {"w1": []}


def test_two_workers_cannot_have_one_journal(tmp_path: Path) -> None:
    first = Journal(tmp_path, "w1")
    with pytest.raises(Misconfigured, match="data-dir-unwritable"):
        Journal(tmp_path, "w1")
    first.close()


def test_names_that_begin_alike_are_kept_apart(tmp_path: Path) -> None:
    for name in ("w", "w.1"):
        written = Journal(tmp_path, name)
        written.begin(entries.write(doubt(name)))
        kill(written)
    assert {worker: len(marks) for worker, marks in read(tmp_path).items()} == {"w": 1, "w.1": 1}


def test_segments_that_are_in_the_database_go_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_SEGMENT", 16 * 1024)
    written = Journal(tmp_path, "w1")
    for number in range(200):
        written.begin(entries.write(doubt(f"d{number}")))
        written.end(entries.write(sent(f"d{number}")))
    assert written.position() > 2
    written.settle(written.position())
    assert len(list(tmp_path.glob("*.log"))) == 1
    kill(written)
    last = read(tmp_path)["w1"]
    assert last[-1] == ("d199", DeliveryState.SENT)


def test_segments_are_read_in_the_order_of_their_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_SEGMENT", 8 * 1024)
    written = Journal(tmp_path, "w1")
    for number in range(300):
        written.begin(entries.write(doubt(f"d{number}")))
        written.end(entries.write(sent(f"d{number}")))
    assert written.position() > 10
    kill(written)
    assert [key for key, state in read(tmp_path)["w1"] if state is DeliveryState.SENT] == [f"d{n}" for n in range(300)]


def test_a_full_disk_is_noticed_before_the_dot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = Journal(tmp_path, "w1")

    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(JournalFullError, match="No space left"):
        written.begin(entries.write(doubt()))
    assert not list(tmp_path.glob("*.log")), "a segment without room is no segment"
    written.close()


def test_every_open_doubt_has_room_for_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_SEGMENT", 32 * 1024)
    written = Journal(tmp_path, "w1")
    begun = 0
    position = 0
    while position < 2:
        written.begin(entries.write(doubt(f"d{begun}")))
        begun += 1
        position = written.position()

    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    for number in range(begun):
        written.end(entries.write(sent(f"d{number}", "长" * 500)))
    kill(written)
    assert sum(state is DeliveryState.SENT for _, state in read(tmp_path)["w1"]) == begun


def test_an_end_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    written = Journal(tmp_path, "w1")
    with pytest.raises(JournalFullError):
        written.end(entries.write(sent()))
    written.begin(entries.write(doubt()))
    os.close(written._segments[-1]._descriptor)
    with pytest.raises(JournalFullError):
        written.end(entries.write(sent()))
    written._segments.clear()
    written.close()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Misconfigured, match="data-dir-unwritable"):
        Journal(tmp_path / "file", "w1")
