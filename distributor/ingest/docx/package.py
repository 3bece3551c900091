"""A DOCX as a package of parts: guarded before it is opened, each part parsed without DTD, entity or network."""

import posixpath
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

from lxml import etree

from distributor.errors import FileRefused
from distributor.ingest.zips import ZIP_TROUBLE

# a bulletin of 50 MB unpacks to a little more than that: pictures do not shrink, its text is small
MOST_UNPACKED: Final = 200 * 1024 * 1024
MOST_PART: Final = 60 * 1024 * 1024
MOST_PARTS: Final = 4096
MOST_RATIO: Final = 200
# small parts may shrink a lot (a page of blanks); only a large one is dangerous
_RATIO_FROM: Final = 10 * 1024 * 1024
_ENCRYPTED_FLAG: Final = 0x1
_DECLARATION: Final = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_PACKAGE_RELATIONS: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}"
# ISO 29500 Strict names the same elements by other namespaces
_STRICT: Final = b"http://purl.oclc.org/ooxml/"
_TRANSITIONAL: Final = b"http://schemas.openxmlformats.org/"
_STRICT_NAMES: Final = {
    b"officeDocument/relationships": b"officeDocument/2006/relationships",
    b"wordprocessingml/main": b"wordprocessingml/2006/main",
    b"officeDocument/math": b"officeDocument/2006/math",
    b"drawingml/main": b"drawingml/2006/main",
}


@dataclass(frozen=True, slots=True)
class Relation:
    """Where a part points to: the last word of the relation's type and the name of the part it leads to."""

    kind: str
    target: str


@dataclass(slots=True)
class Package:
    """An opened package; parts are read and parsed when they are asked for.

    Args:
        archive: the zip file.
        document: name of the part that holds the running text.
    """

    archive: zipfile.ZipFile
    document: str = ""
    _relations: dict[str, Mapping[str, Relation]] = field(default_factory=dict)

    def names(self) -> list[str]:
        """Names of all parts."""
        return self.archive.namelist()

    def part(self, name: str) -> etree._Element | None:
        """Parse a part; None when the package does not hold it.

        Raises:
            FileRefused: it cannot be unpacked or is no well-formed XML, or declares a DTD or entities.
        """
        try:
            data = self.archive.read(name)
        except KeyError:
            return None
        except ZIP_TROUBLE as error:
            raise FileRefused("damaged-document") from error
        return parse_xml(data)

    def relations(self, name: str) -> Mapping[str, Relation]:
        """The relations of a part by id; targets outside the package are left out."""
        if name not in self._relations:
            self._relations[name] = self._read_relations(name)
        return self._relations[name]

    def related(self, name: str, kind: str) -> etree._Element | None:
        """Parse the first part to which a part has a relation of a kind (styles, numbering, footnotes …)."""
        for relation in self.relations(name).values():
            if relation.kind == kind:
                return self.part(relation.target)
        return None

    def _read_relations(self, name: str) -> dict[str, Relation]:
        folder, base = posixpath.split(name)
        root = self.part(posixpath.join(folder, "_rels", f"{base}.rels"))
        if root is None:
            return {}
        return {
            str(entry.get("Id")): Relation(str(entry.get("Type", "")).rpartition("/")[2], _resolve(folder, entry))
            for entry in root.iter(f"{_PACKAGE_RELATIONS}Relationship")
            if entry.get("TargetMode") != "External"
        }


def _resolve(folder: str, entry: etree._Element) -> str:
    target = str(entry.get("Target", ""))
    return posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")


def open_package(data: bytes) -> Package:
    """Open a DOCX after its central directory has been checked.

    Raises:
        FileRefused: a bomb by declared size, ratio or number of parts; encrypted; damaged; not a Word document.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except ZIP_TROUBLE as error:
        raise FileRefused("damaged-document") from error
    check_directory(archive.infolist())
    package = Package(archive)
    main = [relation.target for relation in package.relations("").values() if relation.kind == "officeDocument"]
    package.document = main[0] if main else "word/document.xml"
    return package


def check_directory(entries: list[zipfile.ZipInfo]) -> None:
    """Judge an archive by what its central directory declares, before anything is unpacked.

    The declared size binds: `zipfile` stops reading a part at the size declared for it.

    Raises:
        FileRefused: `document-bomb` or `encrypted-document`.
    """
    unpacked = sum(entry.file_size for entry in entries)
    largest = max((entry.file_size for entry in entries), default=0)
    if unpacked > MOST_UNPACKED or largest > MOST_PART or len(entries) > MOST_PARTS:
        raise FileRefused("document-bomb", size=unpacked)
    for entry in entries:
        if entry.file_size > _RATIO_FROM and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise FileRefused("document-bomb", size=unpacked)
        if entry.flag_bits & _ENCRYPTED_FLAG:
            raise FileRefused("encrypted-document")


def parse_xml(data: bytes) -> etree._Element:
    """Parse XML that must declare neither a DTD nor entities; nothing is fetched.

    Raises:
        FileRefused: `document-declares-entities` or `damaged-document`.
    """
    # the zero bytes of UTF-16 would hide a declaration
    if _DECLARATION.search(data.replace(b"\0", b"")):
        raise FileRefused("document-declares-entities")
    if _STRICT in data:
        for strict, transitional in _STRICT_NAMES.items():
            data = data.replace(_STRICT + strict, _TRANSITIONAL + transitional)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True, remove_comments=True
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        exhausted = getattr(error, "code", None) == etree.ErrorTypes.ERR_NO_MEMORY
        raise FileRefused("file-too-complex" if exhausted else "damaged-document") from error
