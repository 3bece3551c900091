"""A folder that a site is written to: new files beside, then switched; only what is different is written."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from distributor.errors import Misconfigured, Refused
from distributor.model.canonical import digest_bytes

_LIST = ".distributor-export.json"
_BESIDE = ".staging"


@dataclass(frozen=True, slots=True)
class Exported:
    """What the folder holds.

    Args:
        base: digest of what all pages share; another one makes everything stale.
        files: digest of each file by its path.
        marks: digest of what a group of files was made of, by the name of the group.
    """

    base: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)


class ExportFolder:
    """Writes files beside the folder's own and switches them all at the end.

    Args:
        folder: an empty or new folder, or one that was written before.

    Raises:
        Refused: `export-folder-foreign` for a folder that holds something else.
        Misconfigured: `export-folder-unwritable`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._beside = folder / _BESIDE
        self._new: dict[str, str] = {}
        self._kept: dict[str, str] = {}
        self._begin()
        self.known = self._read()

    @property
    def size(self) -> int:
        """Number of files that the folder will hold."""
        return len(self._kept.keys() | self._new.keys())

    @property
    def changed(self) -> int:
        """Number of files that are new or different."""
        return len(self._new)

    def put(self, path: str, body: bytes) -> None:
        """Take a file in; it is written only if it is different.

        Args:
            path: below the folder.
            body: the bytes.
        """
        digest = digest_bytes(body)
        if self.known.files.get(path) == digest and (self._folder / path).is_file():
            self._kept[path] = digest
            return
        file = self._beside / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
        self._new[path] = digest

    def keep(self, path: str) -> bool:
        """Leave a file as it is; returns False when it is not there.

        Args:
            path: below the folder.
        """
        digest = self.known.files.get(path)
        if digest is None or not (self._folder / path).is_file():
            return False
        self._kept[path] = digest
        return True

    def switch(self, base: str, marks: Mapping[str, str]) -> int:
        """Put every new file in its place, then remove what is no more; returns how many were removed.

        A reader gets each file as a whole, the old one or the new one. What a crash leaves undone is done by the next
        export, since the list of the files is written last.

        Args:
            base: as in Exported.
            marks: as in Exported.
        """
        for path in self._new:
            target = self._folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            (self._beside / path).replace(target)
        files = {**self._kept, **self._new}
        stale = self.known.files.keys() - files.keys()
        for path in stale:
            (self._folder / path).unlink(missing_ok=True)
        self._remove_empty(stale)
        listing = {"base": base, "files": files, "marks": dict(marks)}
        written = self._beside / _LIST
        written.write_text(json.dumps(listing, ensure_ascii=False, sort_keys=True), "utf-8")
        written.replace(self._folder / _LIST)
        shutil.rmtree(self._beside)
        return len(stale)

    def _begin(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            foreign = not (self._folder / _LIST).is_file() and any(
                entry.name != _BESIDE for entry in self._folder.iterdir()
            )
            if not foreign:
                shutil.rmtree(self._beside, ignore_errors=True)
                self._beside.mkdir()
        except OSError as error:
            raise Misconfigured("export-folder-unwritable", folder=str(self._folder), problem=error) from error
        if foreign:
            raise Refused("export-folder-foreign", folder=str(self._folder))

    def _read(self) -> Exported:
        try:
            listing = json.loads((self._folder / _LIST).read_text("utf-8"))
            return Exported(listing["base"], listing["files"], listing["marks"])
        except (OSError, ValueError, KeyError, TypeError):
            # a new folder, or a list that cannot be read: everything is written
            return Exported()

    def _remove_empty(self, stale: set[str]) -> None:
        for path in stale:
            for parent in (self._folder / path).parents:
                if parent == self._folder or not parent.is_dir() or any(parent.iterdir()):
                    break
                parent.rmdir()
