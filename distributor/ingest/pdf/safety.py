"""What a PDF carries besides pages: scripts, programs to launch, files; found in its objects, packed ones too."""

import re
import zlib
from collections.abc import Iterator
from typing import Final

from distributor.model.finding import Finding, Level

_STREAM: Final = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_END: Final = rb"(?=[\s/<>\[\]()])"
_SCRIPT: Final = re.compile(rb"/(?:JavaScript|JS|Launch|RichMedia)" + _END)
_FILE: Final = re.compile(rb"/EmbeddedFile" + _END)
_LOOK_BACK: Final = 512
_MOST_UNPACKED: Final = 32 * 1024 * 1024


def safety_findings(data: bytes, scripts: int, files: int) -> Iterator[Finding]:
    """Warn of scripts and files inside a PDF.

    Args:
        data: the whole file.
        scripts: how many PDFium knows of.
        files: how many PDFium knows of.
    """
    found_scripts, found_files = scripts, 0
    for objects in _objects(data):
        names = _ESCAPE.sub(lambda match: bytes((int(match[1], 16),)), objects)
        found_scripts += len(_SCRIPT.findall(names))
        found_files += len(_FILE.findall(names))
    if found_scripts:
        yield Finding(Level.WARNING, "scripts-in-pdf")
    if files or found_files:
        yield Finding(Level.WARNING, "embedded-files", None, {"count": str(max(files, found_files))})


def _objects(data: bytes) -> Iterator[bytes]:
    """The objects of a file without the content of its streams, then those packed in object streams."""
    left, end = _MOST_UNPACKED, 0
    for stream in _STREAM.finditer(data):
        yield data[end : stream.start()]
        end = stream.end()
        if b"/ObjStm" in data[max(0, stream.start() - _LOOK_BACK) : stream.start()] and left > 0:
            unpacked = _inflate(stream[1], left)
            left -= len(unpacked)
            yield unpacked
    yield data[end:]


def _inflate(packed: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, most)
    except zlib.error:
        return b""
