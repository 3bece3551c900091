"""Style sheets, scripts and pictures of the site, read once; an address carries the version of its bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from distributor.model.canonical import digest_bytes

_FOLDER: Final = Path(__file__).parent / "static"
_MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".md": "text/plain; charset=utf-8",
    "": "text/plain; charset=utf-8",
}
_VERSION_LENGTH: Final = 12
_PUBLIC: Final = ("policy.css", "site.css", "print.css", "copy.js", "icon.svg", "chevron.svg", "vendor/pico/")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the site.

    Args:
        body: the bytes.
        media_type: full value of Content-Type.
        version: changes with the bytes.
    """

    body: bytes
    media_type: str
    version: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All files of the site by their path below the folder."""

    files: Mapping[str, Asset]

    @property
    def public(self) -> Mapping[str, Asset]:
        """The files that pages of the archive refer to, which are all that the site as plain files needs."""
        return {name: asset for name, asset in self.files.items() if name.startswith(_PUBLIC)}

    def versioned(self, name: str) -> str:
        """Give the path of a file with its version, below the root of the site; KeyError for an unknown one."""
        return f"static/{name}?v={self.files[name].version}"


def load_assets(folder: Path = _FOLDER) -> Assets:
    """Read all files of a folder.

    Args:
        folder: the one that is shipped by default.
    """
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return Assets({path.relative_to(folder).as_posix(): _read(path) for path in files})


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(body, _MEDIA_TYPES[path.suffix], digest_bytes(body)[:_VERSION_LENGTH])
