"""Read a backup, and believe nothing of it before all of it was looked at."""

import hashlib
import json
import re
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from pydantic import ValidationError

from distributor.errors import Refused
from distributor.model.backup import FORMAT, BackupPart, Manifest
from distributor.model.canonical import digest_bytes
from distributor.store.values import restore
from distributor.usecases.backup_writer import MANIFEST, SEAL

Progress = Callable[[int, int], None]
_NAME: Final = re.compile(r"(settings|secrets|tables)(/(?!\.)[\w.-]+){1,3}")
_CHUNK: Final = 1024 * 1024
_LONGEST: Final = 64 * _CHUNK
_GZIP: Final = 16 + zlib.MAX_WBITS


class BackupReader:
    """An open backup.

    Args:
        file: the archive.

    Raises:
        Refused: `backup-unreadable` for what is no backup or was cut off, `backup-format` for one of a later form.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            self._opened = file.open("rb")
        except OSError as error:
            raise Refused("backup-unreadable", file=str(file), problem=error.strerror or str(error)) from error
        try:
            self._tar = tarfile.open(fileobj=self._opened, mode="r:")  # noqa: SIM115  the file below is closed
            self._members = {member.name: member for member in self._tar.getmembers() if member.isfile()}
            self.manifest = self._manifest()
        except (OSError, tarfile.TarError, ValueError) as error:
            self._opened.close()
            raise Refused("backup-unreadable", file=str(file), problem=str(error)) from error
        except Refused:
            self._opened.close()
            raise

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._opened.close()

    def verify(self, progress: Progress = lambda _done, _total: None) -> None:
        """Read every part and compare it with what the manifest says.

        Args:
            progress: is told how many bytes of how many were read.

        Raises:
            Refused: `backup-damaged` with the part.
        """
        parts = self.manifest.parts
        if {part.name for part in parts} | {MANIFEST, SEAL} != set(self._members):
            raise Refused("backup-damaged", file=str(self._file), part=MANIFEST)
        total, done = sum(part.size for part in parts), 0
        for part in parts:
            digest = hashlib.sha256()
            with self._open(part.name) as opened:
                while chunk := opened.read(_CHUNK):
                    digest.update(chunk)
            if digest.hexdigest() != part.sha256 or not _NAME.fullmatch(part.name):
                raise self._damaged(part)
            done += part.size
            progress(done, total)

    def data(self, part: BackupPart) -> bytes:
        """Give the bytes of a file.

        Args:
            part: the file.
        """
        with self._open(part.name) as opened:
            return opened.read()

    def lines(self, part: BackupPart) -> list[bytes]:
        """Give the rows of a part.

        Args:
            part: the part, of a table.

        Raises:
            Refused: `backup-damaged` when it holds something else than the manifest says.
        """
        try:
            unpacker = zlib.decompressobj(_GZIP)
            # no more than was said, whatever it would unpack to
            data = unpacker.decompress(self.data(part), part.unpacked + 1)
        except zlib.error as error:
            raise self._damaged(part) from error
        lines = data.split(b"\n")
        if len(data) != part.unpacked or len(lines) != part.rows:
            raise self._damaged(part)
        return lines

    def _manifest(self) -> Manifest:
        try:
            with self._open(MANIFEST) as opened, self._open(SEAL) as seal:
                written, sealed = opened.read(_LONGEST), seal.read(_CHUNK)
            if digest_bytes(written).encode() != sealed:
                raise Refused("backup-damaged", file=str(self._file), part=MANIFEST)
            found = json.loads(written)
            if found["format"] > FORMAT:
                raise Refused("backup-format", file=str(self._file), program=found["program"])
            return restore(Manifest, found)
        except (KeyError, TypeError, ValueError, ValidationError) as error:
            # the manifest is written last: without it the file was cut off, or it is no backup of ours
            raise Refused("backup-unreadable", file=str(self._file), problem=MANIFEST) from error

    def _open(self, name: str) -> IO[bytes]:
        opened = self._tar.extractfile(self._members[name])
        if opened is None:
            raise KeyError(name)
        return opened

    def _damaged(self, part: BackupPart) -> Refused:
        return Refused("backup-damaged", file=str(self._file), part=part.name)
