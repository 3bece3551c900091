"""A PDF from bytes to lines in reading order."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pypdfium2
import pypdfium2.raw as pdfium

from distributor.errors import FileRefused
from distributor.ingest.assemble import assemble, check_amount
from distributor.ingest.damage import damage_findings, unreadable_share
from distributor.ingest.pdf.extract import read_page
from distributor.ingest.pdf.faces import FaceReader
from distributor.ingest.pdf.glyphs import PageContent
from distributor.ingest.pdf.layout import page_lines
from distributor.ingest.pdf.safety import safety_findings
from distributor.model.finding import Finding, Level
from distributor.model.lines import Form, Line, PageSize, Source

# misread glyph numbers have 0.6 and more, rare names in a bulletin never so much
_UNREADABLE_SHARE: Final = 0.3


def read_pdf(data: bytes) -> Source:
    """Read a PDF: characters regrouped by baseline, columns one after the other.

    Raises:
        FileRefused: encrypted, damaged, without text but with pictures, or its fonts do not say what they draw.
    """
    document = _open(data)
    try:
        contents = list(_contents(document))
        scripts = pdfium.FPDFDoc_GetJavaScriptActionCount(document)
        files = pdfium.FPDFDoc_GetAttachmentCount(document)
    finally:
        document.close()
    _check(contents)
    lines = _lines(contents)
    findings = (*safety_findings(data, max(scripts, 0), max(files, 0)), *_remarks(contents))
    source = assemble(Form.PDF, lines, tuple(content.size for content in contents), findings)
    return replace(source, findings=(*source.findings, *damage_findings(source.lines)))


def _open(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        refused = pdfium.FPDF_GetLastError()
        locked = refused in {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY} or "assword" in str(error)
        raise FileRefused("encrypted-pdf" if locked else "damaged-pdf") from error


def _contents(document: pypdfium2.PdfDocument) -> Iterator[PageContent]:
    faces = FaceReader()
    characters = 0
    for number in range(len(document)):
        page = pdfium.FPDF_LoadPage(document, number)
        if not page:
            yield PageContent(PageSize(0.0, 0.0), lost=True)
            continue
        try:
            content = read_page(page, faces)
        finally:
            pdfium.FPDF_ClosePage(page)
        characters += len(content.glyphs)
        check_amount(characters)
        yield content


def _check(contents: list[PageContent]) -> None:
    text = "".join(glyph.text for content in contents for glyph in content.glyphs)
    if not text.strip() and any(content.pictures for content in contents):
        raise FileRefused("image-only-pdf")
    if unreadable_share(text) > _UNREADABLE_SHARE:
        raise FileRefused("pdf-without-unicode")


def _lines(contents: list[PageContent]) -> list[Line]:
    lines: list[Line] = []
    tables = 0
    for number, content in enumerate(contents, start=1):
        found, tables = page_lines(content, number, tables)
        lines += found
    return lines


def _remarks(contents: list[PageContent]) -> Iterator[Finding]:
    hidden = sum(content.hidden for content in contents)
    if hidden:
        yield Finding(Level.WARNING, "hidden-text", None, {"count": str(hidden)})
    recognised = [number for number, content in enumerate(contents, start=1) if content.recognised]
    if recognised:
        yield Finding(Level.WARNING, "recognised-text", None, {"pages": str(len(recognised))})
    lost = [number for number, content in enumerate(contents, start=1) if content.lost]
    if lost:
        yield Finding(Level.WARNING, "unreadable-pages", None, {"pages": ", ".join(map(str, lost))})
