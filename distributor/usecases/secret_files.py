"""Files of keys: readable by their owner alone, never overwritten."""

import os
from pathlib import Path


def write_secret(file: Path, data: bytes) -> bool:
    """Write a new file of mode 0600; returns False when it exists, which is then left alone.

    Args:
        file: the file; its folder is made with mode 0700.
        data: what it holds; a line feed is added.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # O_EXCL: of two processes that start together one makes the key, the other reads it
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(data.rstrip(b"\n") + b"\n")
    return True
