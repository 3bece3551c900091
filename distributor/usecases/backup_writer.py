"""Write a backup: one tar file that appears under its name when it is complete, and not before."""

import fcntl
import io
import json
import os
import tarfile
import zlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from distributor.errors import Misconfigured, Refused
from distributor.model.backup import BackupPart, Manifest
from distributor.model.canonical import digest_bytes, plain

MANIFEST: Final = "manifest.json"
SEAL: Final = "manifest.sha256"
_UNFINISHED: Final = ".part"
_LEVEL: Final = 3
_GZIP: Final = 16 + zlib.MAX_WBITS


class BackupWriter:
    """Writes parts beside the file and puts it in its place at the end.

    Args:
        file: must not exist.
        made: stands as time of all members.

    Raises:
        Refused: `backup-exists`.
        Misconfigured: `backup-unwritable`.
    """

    def __init__(self, file: Path, made: datetime) -> None:
        self._file = file
        self._made = made
        self._beside = file.with_name(f".{file.name}{_UNFINISHED}")
        self._parts: list[BackupPart] = []
        if file.exists():
            raise Refused("backup-exists", file=str(file))
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            sweep(file.parent)
            self._opened: IO[bytes] = os.fdopen(os.open(self._beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb")
            # whoever is killed leaves a file that nobody holds: the next backup removes it
            fcntl.flock(self._opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise self._unwritable(error) from error
        self._tar = tarfile.open(fileobj=self._opened, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115  closed by finish or abandon

    @property
    def parts(self) -> tuple[BackupPart, ...]:
        """What was written so far."""
        return tuple(self._parts)

    def add_rows(self, table: str, lines: Sequence[bytes]) -> None:
        """Write rows of a table as a part of their own.

        Args:
            table: name of the table.
            lines: its rows without line feeds.

        Raises:
            Misconfigured: `backup-unwritable`.
        """
        data = b"\n".join(lines)
        packer = zlib.compressobj(_LEVEL, wbits=_GZIP)
        packed = packer.compress(data) + packer.flush()
        number = sum(part.table == table for part in self._parts) + 1
        name = f"tables/{table}/{number:05}.jsonl.gz"
        self._write(name, packed)
        self._parts.append(BackupPart(name, table, len(lines), len(packed), len(data), digest_bytes(packed)))

    def add_file(self, name: str, data: bytes) -> None:
        """Write a file.

        Args:
            name: in the archive.
            data: its bytes.

        Raises:
            Misconfigured: `backup-unwritable`.
        """
        self._write(name, data)
        self._parts.append(BackupPart(name, None, 0, len(data), len(data), digest_bytes(data)))

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, bring everything to the disk, and give the file its name.

        Args:
            manifest: says what the archive holds.

        Raises:
            Refused: `backup-exists` when somebody else was faster.
            Misconfigured: `backup-unwritable`.
        """
        written = json.dumps(plain(asdict(manifest)), ensure_ascii=False, indent=1).encode()
        self._write(MANIFEST, written)
        self._write(SEAL, digest_bytes(written).encode())
        try:
            self._tar.close()
            self._opened.flush()
            os.fsync(self._opened.fileno())
            if self._file.exists():
                raise Refused("backup-exists", file=str(self._file))
            self._beside.rename(self._file)
            sync_folder(self._file.parent)
        except OSError as error:
            raise self._unwritable(error) from error
        self._opened.close()

    def abandon(self) -> None:
        """Leave nothing behind; a file that has its name already stays."""
        self._beside.unlink(missing_ok=True)
        self._opened.close()

    def _write(self, name: str, data: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = len(data), 0o600, int(self._made.timestamp())
        try:
            self._tar.addfile(member, io.BytesIO(data))
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> Misconfigured:
        return Misconfigured("backup-unwritable", file=str(self._file), problem=error.strerror or str(error))


def sweep(folder: Path) -> int:
    """Remove what backups that were killed have left in a folder; returns how many files that were.

    Args:
        folder: where backups are written.
    """
    removed = 0
    for file in folder.glob(f".*{_UNFINISHED}"):
        with file.open("rb") as opened:
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                # its backup is under way
                continue
            file.unlink(missing_ok=True)
            removed += 1
    return removed


def sync_folder(folder: Path) -> None:
    """Bring the names of a folder to the disk.

    Args:
        folder: the folder.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
