"""Bring settings and keys of a backup back; nothing that is there is overwritten unless that was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from distributor.errors import Conflict, Misconfigured
from distributor.usecases.backup_reader import BackupReader
from distributor.usecases.secret_files import write_secret

_MAIN: Final = "distributor.toml"


@dataclass(frozen=True, slots=True)
class Beside:
    """Where what differs is put, so that both can be looked at.

    Args:
        moment: of the restoring.
        data: folder of the installation.
    """

    moment: datetime
    data: Path

    @property
    def stamp(self) -> str:
        """The moment as part of a name."""
        return f"{self.moment:%Y%m%d_%H%M%S}"

    @property
    def settings(self) -> Path:
        """Folder for settings that differ from those in force."""
        return self.data / f"settings-of-backup-{self.stamp}"


def bring_settings(reader: BackupReader, folder: Path) -> bool:
    """Write the settings of a backup into a folder that has none; returns False when it has.

    Args:
        reader: the backup, verified.
        folder: folder of the TOML files.

    Raises:
        Misconfigured: `backup-unwritable`.
    """
    if (folder / _MAIN).exists():
        return False
    _write(folder, _files(reader, "settings"))
    return True


def show_different_settings(reader: BackupReader, folder: Path, beside: Beside) -> Path | None:
    """Put those settings of a backup that differ from the ones in force into a folder of their own.

    Args:
        reader: the backup, verified.
        folder: the settings in force.
        beside: where to.

    Raises:
        Misconfigured: `backup-unwritable`.
    """
    different = {name: data for name, data in _files(reader, "settings").items() if not _same(folder / name, data)}
    if not different:
        return None
    _write(beside.settings, different)
    return beside.settings


def require_no_other_keys(reader: BackupReader, folder: Path) -> None:
    """Refuse keys of a backup where other keys are in use.

    Args:
        reader: the backup, verified.
        folder: folder of the keys.

    Raises:
        Conflict: `keys-differ`.
    """
    found = _files(reader, "secrets")
    other = [name for name, data in found.items() if (folder / name).exists() and not _same(folder / name, data)]
    if other:
        raise Conflict("keys-differ", files="、".join(other), folder=str(folder))


def bring_keys(reader: BackupReader, folder: Path, beside: Beside) -> int:
    """Write the keys of a backup; one that is different is kept under another name. Returns how many were written.

    Args:
        reader: the backup, verified.
        folder: folder of the keys.
        beside: names what is kept.

    Raises:
        Misconfigured: `backup-unwritable`.
    """
    written = 0
    for name, data in _files(reader, "secrets").items():
        file = folder / name
        if _same(file, data):
            continue
        try:
            if file.exists():
                file.rename(file.with_name(f"{file.name}.before-{beside.stamp}"))
            write_secret(file, data)
        except OSError as error:
            raise _unwritable(file, error) from error
        written += 1
    return written


def _files(reader: BackupReader, folder: str) -> Mapping[str, bytes]:
    return {part.name.removeprefix(f"{folder}/"): reader.data(part) for part in reader.manifest.files(folder)}


def _same(file: Path, data: bytes) -> bool:
    return file.is_file() and file.read_bytes().strip() == data.strip()


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # the main file is written last: without it the folder counts as empty
        for name, data in sorted(files.items(), key=lambda entry: entry[0] == _MAIN):
            (folder / name).write_bytes(data)
            (folder / name).chmod(0o600)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(file: Path, error: OSError) -> Misconfigured:
    return Misconfigured("backup-unwritable", file=str(file), problem=error.strerror or str(error))
