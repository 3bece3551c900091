"""The type of a bulletin file by its name; the bytes were held against the name when it was read."""

from pathlib import PurePath

_BY_ENDING = {
    ".txt": "text/plain",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".doc": "application/msword",
    ".wps": "application/vnd.ms-works",
    ".rtf": "application/rtf",
}

# endings of files that can hold a bulletin
ENDINGS = tuple(_BY_ENDING)


def media_type(name: str) -> str:
    """Give the media type of a bulletin file.

    Args:
        name: file name.
    """
    return _BY_ENDING.get(PurePath(name).suffix.lower(), "application/octet-stream")
