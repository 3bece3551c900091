"""What a file is: told by its bytes, checked against its name."""

import re
import zipfile
from enum import StrEnum
from io import BytesIO
from pathlib import PurePath
from typing import Final

from distributor.errors import FileRefused
from distributor.ingest.charset import looks_wide
from distributor.ingest.zips import ZIP_TROUBLE

MOST_BYTES: Final = 50 * 1024 * 1024


class Kind(StrEnum):
    """The kinds of file that can be read."""

    TEXT = "text"
    PDF = "pdf"
    DOCX = "docx"
    DOC = "doc"
    RTF = "rtf"


# WPS writes the container of Word 97; both programs put RTF into files named .doc
_SUFFIXES: Final = {
    ".txt": {Kind.TEXT},
    ".text": {Kind.TEXT},
    ".md": {Kind.TEXT},
    ".pdf": {Kind.PDF},
    ".docx": {Kind.DOCX},
    ".docm": {Kind.DOCX},
    ".dotx": {Kind.DOCX},
    ".dotm": {Kind.DOCX},
    ".doc": {Kind.DOC, Kind.RTF},
    ".dot": {Kind.DOC, Kind.RTF},
    ".wps": {Kind.DOC, Kind.RTF},
    ".wpt": {Kind.DOC, Kind.RTF},
    ".rtf": {Kind.RTF},
}
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_PDF_HEADER: Final = re.compile(rb"%PDF-[0-9]")
# ISO 32000-1, annex H: viewers accept the header within the first 1024 bytes
_PDF_HEADER_WITHIN: Final = 1024
_OTHER: Final = (
    (b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF8", "gif"), (b"BM", "bmp"), (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"), (b"Rar!", "rar"), (b"7z\xbc\xaf", "7z"), (b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"),
    (b"MZ", "exe"), (b"\x7fELF", "elf"), (b"\xfd7zXZ", "xz"), (b"%!PS", "postscript"), (b"{\\pwi", "pwi"),
)  # fmt: skip
_MARK_UP: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*(<\?xml|<!doctype html|<html)", re.IGNORECASE)
# the header of a Word 97 text stream (MS-DOC, FibBase): mark, and the flag of an encrypted file
_WORD_TEXT: Final = b"\xec\xa5"
_WORD_FLAGS: Final = 10
_WORD_ENCRYPTED: Final = 0x0100
_SECTOR: Final = 512
_UTF16: Final = "utf-16-le"
_SAMPLE: Final = 65_536
_TEXT_CONTROLS: Final = frozenset(b"\t\n\x0b\x0c\r\x1a\x1b")
_MOST_CONTROLS: Final = 0.02


def detect(data: bytes, name: str) -> Kind:
    """Tell what a file is by its bytes.

    Args:
        data: the whole file.
        name: its name; only the suffix counts.

    Raises:
        FileRefused: empty, over-large, encrypted, of a kind that is not read, or contradicting its suffix.
    """
    if not data:
        raise FileRefused("empty-file", file=name)
    if len(data) > MOST_BYTES:
        raise FileRefused("file-too-large", file=name, most=MOST_BYTES // (1024 * 1024))
    found = _by_bytes(data)
    suffix = PurePath(name).suffix.lower()
    expected = _SUFFIXES.get(suffix)
    if expected is not None and found not in expected:
        raise FileRefused(_refusal(found), file=name, suffix=suffix, found=str(found))
    if not isinstance(found, Kind):
        raise FileRefused(_refusal(found, named=False), file=name, suffix=suffix, found=found)
    return found


def _refusal(found: str, *, named: bool = True) -> str:
    if found == "encrypted":
        return "encrypted-document"
    if found == "binary":
        return "binary-file"
    return "file-contradicts-name" if named else "unsupported-file"


def _by_bytes(data: bytes) -> Kind | str:
    if data.startswith(_ZIP):
        return _zip_kind(data)
    if data.startswith(_OLE):
        return _ole_kind(data)
    if _PDF_HEADER.search(data[:_PDF_HEADER_WITHIN]):
        return Kind.PDF
    return Kind.RTF if data.startswith(b"{\\rtf") else _other_kind(data)


def _other_kind(data: bytes) -> Kind | str:
    binary = _is_binary(data)
    for signature, other in _OTHER:
        # BM and MZ may also begin a word
        if data.startswith(signature) and (len(signature) > len(b"BM") or binary):
            return other
    mark_up = _MARK_UP.match(data[:_SAMPLE])
    if mark_up:
        return "xml" if mark_up[1].startswith(b"<?") else "html"
    return "binary" if binary else Kind.TEXT


def _zip_kind(data: bytes) -> Kind | str:
    try:
        names = set(zipfile.ZipFile(BytesIO(data)).namelist())
    except ZIP_TROUBLE:
        # cut off: the reader says that the document is damaged
        return Kind.DOCX if b"word/" in data else "zip"
    if any(name.startswith("word/") for name in names):
        return Kind.DOCX
    for part, other in (("xl/", "xlsx"), ("ppt/", "pptx"), ("OFD.xml", "ofd"), ("content.xml", "odt")):
        if any(name.startswith(part) for name in names):
            return other
    return Kind.DOCX if "[Content_Types].xml" in names else "zip"


def _ole_kind(data: bytes) -> Kind | str:
    # the names of streams stand in the directory as UTF-16
    if "EncryptedPackage".encode(_UTF16) in data:
        return "encrypted"
    if "Workbook".encode(_UTF16) in data:
        return "xls"
    if "PowerPoint Document".encode(_UTF16) in data:
        return "ppt"
    return "encrypted" if _is_encrypted_word(data) else Kind.DOC


def _is_encrypted_word(data: bytes) -> bool:
    at = data.find(_WORD_TEXT)
    while at >= 0 and at % _SECTOR:
        at = data.find(_WORD_TEXT, at + 1)
    flags = data[at + _WORD_FLAGS : at + _WORD_FLAGS + 2]
    return at >= 0 and bool(int.from_bytes(flags, "little") & _WORD_ENCRYPTED)


def _is_binary(data: bytes) -> bool:
    """Tell whether bytes are no text in any encoding: many control bytes, and not UTF-16 or UTF-32."""
    sample = data[:_SAMPLE]
    controls = sum(sample.count(bytes((byte,))) for byte in range(32) if byte not in _TEXT_CONTROLS)
    if controls <= len(sample) * _MOST_CONTROLS:
        return False
    return not looks_wide(sample)
