import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from distributor.errors import FileRefused
from distributor.ingest import Limits, read
from distributor.ingest.detect import Kind
from distributor.ingest.legacy import lost_findings, to_docx
from distributor.ingest.sandbox import LIMITS
from tests.support.word_files import docx, paragraph

RTF = (
    r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0 SimSun;}}\f0 \u32852?\u30431?\u21160?\u24577?\par "
    r"{\v hidden}\u36817?\u26085?\par}"
).encode("ascii")
HAS_OFFICE = any(shutil.which(name) for name in ("soffice", "libreoffice"))
needs_office = pytest.mark.skipif(not HAS_OFFICE, reason="LibreOffice is not installed")
on_unix = pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for LibreOffice")


def office(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Put a program in place of LibreOffice."""
    program = folder / "soffice"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def refusal(limits: Limits = LIMITS) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        to_docx(RTF, Kind.RTF, limits)
    return refused.value


def test_without_libreoffice_the_refusal_says_which_format_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    refused = refusal()
    assert (refused.code, refused.parameters) == ("legacy-format", {"kind": "rtf"})


@on_unix
def test_a_file_libreoffice_cannot_read_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    office(monkeypatch, tmp_path, "exit 0")
    assert refusal().code == "legacy-unreadable"


@on_unix
def test_a_conversion_that_hangs_is_stopped_and_its_folder_removed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    office(monkeypatch, tmp_path, "sleep 60")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert refusal(Limits(seconds=0.3)).code == "file-takes-too-long"
    assert list(tmp_path.glob("distributor-*")) == []


@on_unix
def test_a_conversion_grown_too_large_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # the source is the last argument
    office(monkeypatch, tmp_path, 'for last; do :; done; truncate -s 60M "$(dirname "$last")/bulletin.docx"')
    assert refusal().code == "legacy-unreadable"


@on_unix
def test_the_converted_document_is_read_in_the_time_that_is_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = tmp_path / "made.docx"
    made.write_bytes(docx(paragraph("近日")))
    office(monkeypatch, tmp_path, f'for last; do :; done; cp {made} "$(dirname "$last")/bulletin.docx"')
    converted, left = to_docx(RTF, Kind.RTF, Limits(seconds=20))
    assert converted == made.read_bytes()
    assert 0 < left < 20
    assert read(RTF, "简报.rtf").lines[0].text == "近日"


def test_what_the_conversion_drops_is_reported() -> None:
    word = "_VBA_PROJECT".encode("utf-16-le") + "ObjectPool".encode("utf-16-le")
    assert [f.code for f in lost_findings(word, Kind.DOC)] == ["macros", "embedded-files"]
    assert [f.code for f in lost_findings(RTF + rb"{\object{\*\objdata 00}}", Kind.RTF)] == ["embedded-files"]
    assert list(lost_findings(RTF, Kind.RTF)) == []


@pytest.mark.slow
@needs_office
def test_rich_text_is_read_through_libreoffice() -> None:
    source = read(RTF, "简报.rtf")
    assert [line.text for line in source.lines if line.text] == ["联盟动态", "近日"]
    assert [f.code for f in source.findings] == ["hidden-text"]
