"""Bytes of a bulletin file to positioned lines, whatever the form of the file."""

from distributor.errors import FileRefused
from distributor.ingest.detect import detect
from distributor.ingest.formats import read_kind
from distributor.model.lines import Source

__all__ = ["read"]


def read(data: bytes, name: str) -> Source:
    """Read a bulletin file.

    Args:
        data: the whole file.
        name: its name, for the suffix and for refusals.

    Raises:
        FileRefused: the file cannot be used; the error names it.
    """
    try:
        return read_kind(data, detect(data, name))
    except FileRefused as refused:
        raise FileRefused(refused.code, **{"file": name, **refused.parameters}) from refused
