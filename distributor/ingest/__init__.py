"""Bytes of a bulletin file to positioned lines, whatever the form of the file."""

from dataclasses import replace
from typing import Final

from distributor.errors import FileRefused
from distributor.ingest.detect import Kind
from distributor.ingest.detect import detect as kind_of
from distributor.ingest.formats import read_kind
from distributor.ingest.legacy import lost_findings, to_docx
from distributor.ingest.sandbox import LIMITS, Limits, read_in_child
from distributor.model.lines import Source

_SMALL_TEXT: Final = 1 << 20

__all__ = ["LIMITS", "Kind", "Limits", "read"]


def read(data: bytes, name: str, limits: Limits = LIMITS) -> Source:
    """Read a bulletin file; everything but plain text of ordinary size is read in a child process under limits.

    Args:
        data: the whole file.
        name: its name, for the suffix and for refusals.
        limits: of time and memory for the child process.

    Raises:
        FileRefused: the file cannot be used; the error names it.
    """
    try:
        return _read(data, kind_of(data, name), limits)
    except FileRefused as refused:
        raise FileRefused(refused.code, **{**refused.parameters, "file": name}) from refused


def _read(data: bytes, kind: Kind, limits: Limits) -> Source:
    if kind is Kind.TEXT and len(data) <= _SMALL_TEXT:
        # decoding is linear in the length of the file
        return read_kind(data, kind)
    if kind in {Kind.DOC, Kind.RTF}:
        converted, seconds = to_docx(data, kind, limits)
        source = read_in_child(converted, Kind.DOCX, replace(limits, seconds=seconds))
        return replace(source, findings=(*source.findings, *lost_findings(data, kind)))
    return read_in_child(data, kind, limits)
