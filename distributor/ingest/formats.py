"""Which reader reads which kind of file, in this process."""

from distributor.ingest.detect import Kind
from distributor.ingest.plain import read_text
from distributor.model.lines import Source


def read_kind(data: bytes, kind: Kind) -> Source:
    """Read bytes of a known kind; readers are imported when they are needed, which keeps the child process light.

    Raises:
        FileRefused: the file cannot be used.
    """
    if kind is Kind.PDF:
        from distributor.ingest.pdf import read_pdf  # noqa: PLC0415  PDFium is loaded for PDF files only

        return read_pdf(data)
    if kind is Kind.DOCX:
        from distributor.ingest.docx import read_docx  # noqa: PLC0415  lxml is loaded for DOCX files only

        return read_docx(data)
    return read_text(data)
