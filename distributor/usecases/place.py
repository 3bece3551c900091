"""Where an installation stands, so that a copy of its files is told from the files themselves (ADR 16)."""

import fcntl
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# FS_IOC_GETVERSION of Linux: a number that a file system gives to a file when it makes it, beside the inode number
_GENERATION: Final = 0x80087601
_NO_NUMBER: Final = bytes(8)
_SIGNS: Final = (".dockerenv", "run/.containerenv", "run/systemd/container")
_VARIABLES: Final = ("container", "KUBERNETES_SERVICE_HOST")
_MACHINE: Final = "etc/machine-id"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the files of an installation stand.

    Args:
        files: what the file system calls the folders and the database; other numbers in every copy.
        machine: the machine and the path, or empty in a container, where both may change at every start.
    """

    files: tuple[str, ...]
    machine: tuple[str, ...] = ()

    def is_that_of(self, other: "Place") -> bool:
        """Tell whether these are the same files at the same place; an empty machine says nothing."""
        here = self.machine == other.machine or not self.machine or not other.machine
        return self.files == other.files and here


def place_of(
    folder: Path, database: Path | None, root: Path = Path("/"), environment: Mapping[str, str] = os.environ
) -> Place:
    """Look where an installation stands.

    Args:
        folder: the folder of the journals, within DATA_DIR; made when it is not there.
        database: the file of the database, None when it is on a server.
        root: where the files of the machine are.
        environment: of the process.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = [_name_of(folder.parent), _name_of(folder)]
    if database is not None:
        # only looked at: to open and close a database of SQLite gives up the locks that this process has on it
        files.append(str(database.stat().st_ino))
    return Place(tuple(files), _machine(folder.parent, root, environment))


def _name_of(folder: Path) -> str:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return f"{os.fstat(opened).st_ino}.{_generation(opened)}"
    finally:
        os.close(opened)


def _generation(opened: int) -> int:
    try:
        return int.from_bytes(fcntl.ioctl(opened, _GENERATION, _NO_NUMBER), "little")
    except OSError:
        # not every file system knows it: the inode number has to do
        return 0


def _machine(folder: Path, root: Path, environment: Mapping[str, str]) -> tuple[str, ...]:
    if any((root / sign).exists() for sign in _SIGNS) or any(environment.get(name) for name in _VARIABLES):
        return ()
    try:
        machine = (root / _MACHINE).read_text("ascii").strip()
    except (OSError, ValueError):
        machine = ""
    return (machine, str(folder.resolve())) if machine else ()
