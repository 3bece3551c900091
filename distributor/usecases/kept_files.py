"""The files that belong into a backup beside the database: settings, and keys when they are asked for."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

_LONGEST: Final = 4 * 1024 * 1024
_SECRET: Final = re.compile(r"(?m)^(\s*)((?:\w*password|\w*token)\s*=.*)$")
_ADDRESS: Final = re.compile(r"""(?m)^(\s*database_url\s*=\s*)(["'])(.+?)\2""")
LEFT_OUT: Final = "# left out of the backup: "


def settings_files(folder: Path, *, with_secrets: bool) -> dict[str, bytes]:
    """Read the files of a folder of settings.

    Args:
        folder: folder of the TOML files.
        with_secrets: passwords stay in them, and the file of variables goes along.
    """
    found = {file.name: file.read_bytes() for file in _files(folder.glob("*.toml"))}
    if not with_secrets:
        return {name: without_secrets(data) for name, data in found.items()}
    return found | {file.name: file.read_bytes() for file in _files([folder / "env"])}


def secret_files(folder: Path) -> dict[str, bytes]:
    """Read the keys.

    Args:
        folder: folder of the keys.
    """
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in _files(folder.rglob("*"))}


def without_secrets(data: bytes) -> bytes:
    """Take passwords out of a file of settings; what stood there is said in a comment.

    Args:
        data: a TOML file.
    """
    text = data.decode("utf-8", "surrogateescape")
    text = _SECRET.sub(lambda found: f"{found[1]}{LEFT_OUT}{found[2].partition('=')[0].strip()}", text)
    text = _ADDRESS.sub(lambda found: f"{found[1]}{found[2]}{_without_password(found[3])}{found[2]}", text)
    return text.encode("utf-8", "surrogateescape")


def _without_password(url: str) -> str:
    try:
        return make_url(url)._replace(password=None).render_as_string(hide_password=False)
    except ArgumentError:
        return ""


def _files(candidates: Iterable[Path]) -> list[Path]:
    return [file for file in sorted(candidates) if file.is_file() and file.stat().st_size <= _LONGEST]
