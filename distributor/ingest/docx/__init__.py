"""Word documents (DOCX, ISO/IEC 29500) to lines."""

from distributor.ingest.docx.reader import read_docx

__all__ = ["read_docx"]
