"""A folder of mails as files: each appears whole or not at all, numbered in the order of arrival."""

import contextlib
import os
import re
import secrets
import threading
from pathlib import Path

from distributor.errors import Misconfigured

_UNSAFE = re.compile(r"[^\w.@+-]+")
_NUMBER = re.compile(r"(\d+)-.*\.eml\Z")


class Shelf:
    """A folder that mails are put into as `NNNN-<recipient>.eml`; threads and processes may share it.

    Args:
        folder: where the files go; it is made when it does not exist.
        sync: write through to the disk before a mail appears.

    Raises:
        Misconfigured: `folder-not-writable` when it cannot be made or written to.
    """

    def __init__(self, folder: Path, *, sync: bool = False) -> None:
        self.folder = folder
        self._sync = sync
        self._lock = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # only writing tells whether writing is possible
            self.drop(self.prepare(b""))
        except OSError as error:
            raise Misconfigured("folder-not-writable", folder=str(folder)) from error
        self._last = max((number_of(path.name) for path in folder.glob("*.eml")), default=0)

    def prepare(self, message: bytes) -> Path:
        """Write a mail under a name that no reader looks at, and give that name.

        Args:
            message: its bytes.
        """
        draft = self.folder / f".{secrets.token_hex(8)}.part"
        with draft.open("xb") as file:
            file.write(message)
            if self._sync:
                file.flush()
                os.fsync(file.fileno())
        return draft

    def show(self, draft: Path, recipient: str) -> str:
        """Let a prepared mail appear, and give its name.

        Args:
            draft: what `prepare` gave.
            recipient: address that becomes part of the name.
        """
        while True:
            with self._lock:
                self._last += 1
                name = f"{self._last:04d}-{_safe(recipient)}.eml"
            try:
                # a link fails where the name is taken, so that two processes never overwrite each other
                os.link(draft, self.folder / name)
            except FileExistsError:
                continue
            draft.unlink()
            if self._sync:
                _sync_folder(self.folder)
            return name

    def drop(self, draft: Path) -> None:
        """Throw a prepared mail away; it is no error when it is gone."""
        with contextlib.suppress(OSError):
            draft.unlink()


def number_of(name: str) -> int:
    """Give the number a file name begins with, 0 for a name that is none of ours."""
    match = _NUMBER.match(name)
    return int(match.group(1)) if match else 0


def _safe(recipient: str) -> str:
    # short enough for every file system, also when every character takes four bytes
    return _UNSAFE.sub("_", recipient).lstrip(".")[:50] or "nobody"


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
