"""The journal of a worker: every mark by one write into a file, before it counts, whatever becomes of the process.

The kernel keeps what was written when a process is killed; the database gets it a moment later in groups. A segment
is a file of fixed size whose room is taken from the disk when it is opened: a full disk is noticed before a dot.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from distributor.errors import Misconfigured
from distributor.model.ledger import Mark
from distributor.store import entries

_SEGMENT = 1024 * 1024
# the longest entry there can be: every open doubt keeps room for its end
_LARGEST = 4096
_LOCK = ".lock"


class JournalFullError(Exception):
    """There is no room for an entry; nothing was written and the dot must not follow."""


class Journal:
    """The journal of one living worker.

    Args:
        folder: folder of the journals, the same for all workers of this machine; it is made when it does not exist.
        worker: name of the worker.

    Raises:
        Misconfigured: `data-dir-unwritable`.
    """

    def __init__(self, folder: Path, worker: str) -> None:
        self._folder = folder
        self._worker = worker
        self._open_doubts = 0
        self._segments: list[_Segment] = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(folder / f"{worker}{_LOCK}")
        except OSError as error:
            raise Misconfigured("data-dir-unwritable", folder=str(folder), problem=error) from error

    def begin(self, text: str) -> None:
        """Write the mark before a dot, and keep room for the one that follows.

        Args:
            text: IN_DOUBT with its moment, in writing.

        Raises:
            JournalFullError: nothing was written.
        """
        entry = entries.encode(text)
        wanted = len(entry) + (self._open_doubts + 1) * _LARGEST
        if not self._segments or self._segments[-1].room < wanted:
            self._segments.append(self._open_segment(wanted))
        self._write(entry)
        self._open_doubts += 1

    def end(self, text: str) -> None:
        """Write the mark that follows the one before the dot; its room was kept.

        Args:
            text: what the relay did with its moment, in writing.

        Raises:
            JournalFullError: the disk is broken; the mark must reach the database by another way.
        """
        self._open_doubts = max(0, self._open_doubts - 1)
        self._write(entries.encode(text))

    def position(self) -> int:
        """Give the number of the segment that is written now."""
        return self._segments[-1].number if self._segments else 0

    def settle(self, number: int) -> None:
        """Remove the segments before one; all their marks are in the database.

        Args:
            number: the first segment that is still needed.
        """
        while self._segments and self._segments[0].number < number:
            self._segments.pop(0).remove()

    def close(self) -> None:
        """Remove everything; all marks are in the database."""
        for segment in self._segments:
            segment.remove()
        self._segments = []
        (self._folder / f"{self._worker}{_LOCK}").unlink(missing_ok=True)
        self._lock.close()

    def abandon(self) -> None:
        """Leave the files to whoever replays them: marks could not be written to the database."""
        for segment in self._segments:
            segment.close()
        self._segments = []
        self._lock.close()

    def _open_segment(self, wanted: int) -> "_Segment":
        number = self.position() + 1
        try:
            return _Segment(self._folder / f"{self._worker}.{number}.log", number, max(_SEGMENT, wanted))
        except OSError as error:
            raise JournalFullError(error.strerror) from error

    def _write(self, entry: bytes) -> None:
        if not self._segments:
            raise JournalFullError("no segment")
        try:
            self._segments[-1].write(entry)
        except OSError as error:
            raise JournalFullError(error.strerror) from error


class _Segment:
    """One file of the journal, its room taken from the disk."""

    def __init__(self, path: Path, number: int, size: int) -> None:
        self.number = number
        self._path = path
        self._size = size
        self._used = 0
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(self._descriptor, 0, size)
        except OSError:
            self.remove()
            raise

    @property
    def room(self) -> int:
        return self._size - self._used

    def write(self, entry: bytes) -> None:
        # a write that was cut short is written again over itself: only a whole entry counts
        if os.pwrite(self._descriptor, entry, self._used) != len(entry):
            raise OSError("short write")
        self._used += len(entry)

    def close(self) -> None:
        os.close(self._descriptor)

    def remove(self) -> None:
        self.close()
        self._path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class DeadJournal:
    """What a worker of this machine left behind that is no more.

    Args:
        worker: its name.
        marks: its marks, in order.
    """

    worker: str
    marks: tuple[Mark, ...]


@contextlib.contextmanager
def dead_journals(folder: Path) -> Iterator[tuple[DeadJournal, ...]]:
    """Give the journals whose workers are dead; their files are removed when the block ends without an error.

    Args:
        folder: folder of the journals.
    """
    with contextlib.ExitStack() as stack:
        found = [lock for path in sorted(folder.glob(f"*{_LOCK}")) if (lock := _lock_of_dead(path, stack)) is not None]
        yield tuple(DeadJournal(path.name.removesuffix(_LOCK), _read(path)) for path in found)
        for path in found:
            for segment in _segments(path):
                segment.unlink(missing_ok=True)
            path.unlink(missing_ok=True)


def marks_of(folder: Path, worker: str) -> tuple[Mark, ...]:
    """Read the journal of a worker of this machine, dead or alive, and leave it as it is.

    Args:
        folder: folder of the journals.
        worker: name of the worker; one without a journal here has no marks.
    """
    return _read(folder / f"{worker}{_LOCK}")


def _locked(path: Path) -> IO[bytes]:
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise
    return file


def _lock_of_dead(path: Path, stack: contextlib.ExitStack) -> Path | None:
    """Lock a journal; None when its worker lives or somebody else replays it."""
    try:
        file: IO[bytes] = stack.enter_context(path.open("rb"))
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return None
    # it may have been replayed and removed between the look and the lock
    return path if path.exists() and path.stat().st_ino == os.fstat(file.fileno()).st_ino else None


def _segments(lock: Path) -> list[Path]:
    worker = lock.name.removesuffix(_LOCK)
    named = {path: path.name.removeprefix(f"{worker}.").removesuffix(".log") for path in lock.parent.glob("*.log")}
    return sorted((path for path, number in named.items() if number.isdigit()), key=lambda path: int(named[path]))


def _read(lock: Path) -> tuple[Mark, ...]:
    return tuple(mark for segment in _segments(lock) for mark in entries.decode(segment.read_bytes()))
