"""A DOCX from package to lines: headers, running text, notes, footers, and what was left out of them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from lxml import etree

from distributor.errors import FileRefused
from distributor.ingest.assemble import assemble
from distributor.ingest.damage import damage_findings
from distributor.ingest.docx.blocks import BlockReader, Place
from distributor.ingest.docx.inline import Remarks
from distributor.ingest.docx.names import R, W, child, value
from distributor.ingest.docx.numbering import Numbering
from distributor.ingest.docx.package import Package, open_package
from distributor.ingest.docx.styles import Styles
from distributor.model.finding import Finding, Level
from distributor.model.lines import Form, Line, Source

# objects of other programs, whole files put in by reference
_EMBEDDED: Final = frozenset({"oleObject", "package", "aFChunk"})
_BOXED: Final = Place(boxed=True)


def read_docx(data: bytes) -> Source:
    """Read a Word document: what a reader of the printed document sees, in order.

    Deleted, moved-away and hidden text and comments stay out; each leaves a finding.

    Raises:
        FileRefused: the package is a bomb, encrypted, damaged, declares entities, or holds no text.
    """
    package = open_package(data)
    root = package.part(package.document)
    body = child(root, "body")
    if body is None:
        raise FileRefused("damaged-document")
    remarks = Remarks()
    reader = _reader(package, remarks)
    reader.section_types = [value(section, "type") for section in body.iter(W + "sectPr")]
    reader.read(body, Place())
    notes = [note for kind, identity in reader.notes for note in _note(package, reader, kind, identity)]
    heads = [replace(line, page=1) for line in _margins(package, reader, "headerReference")]
    feet = _margins(package, reader, "footerReference")
    lines = (*heads, *reader.lines, *notes, *feet)
    source = assemble(Form.DOCX, lines, findings=(*_remarks(remarks), *_package_findings(package, root)))
    return replace(source, findings=(*source.findings, *damage_findings(source.lines)))


def _reader(package: Package, remarks: Remarks) -> BlockReader:
    styles = Styles(package.related(package.document, "styles"))
    return BlockReader(styles, Numbering(package.related(package.document, "numbering")), remarks)


def _apart(reader: BlockReader, container: etree._Element | None) -> list[Line]:
    # read into a list of its own, with the same styles, lists and remarks
    kept, reader.lines = reader.lines, []
    reader.read(container, _BOXED)
    lines, reader.lines = reader.lines, kept
    return lines


def _margins(package: Package, reader: BlockReader, reference: str) -> list[Line]:
    """Headers or footers of all sections, each different one once; blank ones are left out."""
    seen: set[str] = set()
    lines: list[Line] = []
    for target in _targets(package, reader, reference):
        part = _apart(reader, package.part(target))
        words = "".join(line.text for line in part).strip()
        if words and words not in seen:
            seen.add(words)
            lines += [line for line in part if line.text.strip()]
    return lines


def _targets(package: Package, reader: BlockReader, reference: str) -> Iterator[str]:
    relations = package.relations(package.document)
    order = {"first": 0, "default": 1, "even": 2}
    for section in list(reader.sections):
        found = section.findall(W + reference)
        for element in sorted(found, key=lambda e: order.get(e.get(W + "type", "default"), 1)):
            relation = relations.get(element.get(R + "id", ""))
            if relation is not None and not _unused(element, section):
                yield relation.target


def _unused(reference: etree._Element, section: etree._Element) -> bool:
    # a first-page header shows only where the section has a title page
    return reference.get(W + "type") == "first" and child(section, "titlePg") is None


def _note(package: Package, reader: BlockReader, kind: str, identity: str) -> list[Line]:
    root = package.related(package.document, kind)
    for note in root if root is not None else ():
        if note.get(W + "id") == identity:
            return [line for line in _apart(reader, note) if line.text.strip()]
    return []


def _remarks(remarks: Remarks) -> Iterator[Finding]:
    if remarks.deletions or remarks.insertions:
        counts = {"deletions": str(remarks.deletions), "insertions": str(remarks.insertions)}
        yield Finding(Level.WARNING, "tracked-changes", None, counts)
    if remarks.hidden:
        yield Finding(Level.WARNING, "hidden-text", None, {"count": str(remarks.hidden)})


def _package_findings(package: Package, root: etree._Element | None) -> Iterator[Finding]:
    comments = sum(1 for _ in root.iter(W + "commentReference")) if root is not None else 0
    if comments:
        yield Finding(Level.INFO, "comments-left-out", None, {"count": str(comments)})
    if any(name.lower().endswith("vbaproject.bin") for name in package.names()):
        yield Finding(Level.WARNING, "macros")
    relations = package.relations(package.document).values()
    embedded = sum(relation.kind in _EMBEDDED for relation in relations)
    if embedded:
        yield Finding(Level.WARNING, "embedded-files", None, {"count": str(embedded)})
