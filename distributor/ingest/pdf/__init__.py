"""PDF files to lines."""

from distributor.ingest.pdf.reader import read_pdf

__all__ = ["read_pdf"]
