"""Word 97, WPS and RTF files: LibreOffice, where installed, turns them into DOCX in a folder thrown away after."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from distributor.errors import FileRefused
from distributor.ingest.detect import MOST_BYTES, Kind
from distributor.ingest.sandbox import Limits, environment, run
from distributor.model.finding import Finding, Level

_PROGRAMS: Final = ("soffice", "libreoffice")
# an office suite maps more address space than it uses
_MEMORY_FACTOR: Final = 2
_STREAM_NAMES: Final = "utf-16-le"
_OUTPUT: Final = "docx:MS Word 2007 XML"
# macros never run, links are never followed, whatever the defaults of the installed version
_PROFILE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def to_docx(data: bytes, kind: Kind, limits: Limits) -> tuple[bytes, float]:
    """Convert a Word 97, WPS or RTF file.

    Args:
        data: the whole file.
        kind: DOC or RTF.
        limits: of time, and of memory as for the reading child, whose multiple an office suite gets.

    Returns:
        The DOCX, and the seconds that are left.

    Raises:
        FileRefused: LibreOffice is not installed, takes too long, or cannot read the file.
    """
    program = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise FileRefused("legacy-format", kind=kind.value)
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="distributor-", ignore_cleanup_errors=True) as folder:
        converted = _convert(program, Path(folder), data, kind, limits)
    return converted, limits.seconds - (time.monotonic() - begin)


def lost_findings(data: bytes, kind: Kind) -> Iterator[Finding]:
    """Report what an old file carries and its conversion drops without a word: macros, objects of other programs."""
    if kind is Kind.DOC and "_VBA_PROJECT".encode(_STREAM_NAMES) in data:
        yield Finding(Level.WARNING, "macros")
    objects = b"\\objdata" if kind is Kind.RTF else "ObjectPool".encode(_STREAM_NAMES)
    count = data.count(objects)
    if count:
        yield Finding(Level.WARNING, "embedded-files", None, {"count": str(count)})


def _convert(program: str, folder: Path, data: bytes, kind: Kind, limits: Limits) -> bytes:
    source, target = folder / f"bulletin.{kind.value}", folder / "bulletin.docx"
    source.write_bytes(data)
    user = folder / "profile" / "user"
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    options = ("--headless", "--norestore", "--nolockcheck", "--nodefault", "--convert-to", _OUTPUT)
    env = {**environment(), "HOME": str(folder), "TMPDIR": str(folder)}
    arguments = (program, profile, *options, "--outdir", str(folder), str(source))
    run(arguments, b"", limits.seconds, env, limits.memory * _MEMORY_FACTOR)
    if not target.is_file() or target.stat().st_size > MOST_BYTES:
        raise FileRefused("legacy-unreadable", kind=kind.value)
    return target.read_bytes()
