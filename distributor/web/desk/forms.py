"""Read what a form sends, within limits, after the request was let in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.types import Message

from distributor.errors import FileRefused, Refused

SMALL = 256 * 1024
# an upload may have the size that ingest takes, and a little for the other fields
UPLOAD = 51 * 1024 * 1024
_MOST_FIELDS = 200
_LARGEST_FIELD = 2 * 1024 * 1024
_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form.

    Args:
        name: name as the browser says it.
        data: its bytes.
    """

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form.

    Args:
        fields: every value of each name.
        file: the file, or None.
    """

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    file: Upload | None = None

    def text(self, name: str) -> str:
        """Give the first value of a field, spaces around it taken away; empty when it is missing."""
        return self.raw(name).strip()

    def raw(self, name: str) -> str:
        """Give the first value of a field as it was typed; empty when it is missing."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Give every value of a field."""
        return self.fields.get(name, ())


async def read_form(request: Request, most_bytes: int) -> Form:
    """Read a form; one that is too large is refused before it is read as a whole.

    Args:
        request: a POST that was let in.
        most_bytes: how large it may be.

    Raises:
        FileRefused: `upload-too-large`.
        Refused: `form-unreadable`.
    """
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit():
        raise Refused("form-unreadable")
    if int(declared) > most_bytes:
        raise _too_large(most_bytes)
    limited = Request(request.scope, _Limited(request, most_bytes).receive)
    try:
        return await _read(limited, min(most_bytes, _LARGEST_FIELD))
    except HTTPException as error:
        # fields without end, parts without a name
        raise Refused("form-unreadable") from error


async def _read(limited: Request, largest: int) -> Form:
    async with limited.form(max_files=1, max_fields=_MOST_FIELDS, max_part_size=largest) as sent:
        fields: dict[str, tuple[str, ...]] = {}
        file = None
        for name, value in sent.multi_items():
            if isinstance(value, UploadFile):
                file = Upload(value.filename or "", await value.read())
            else:
                fields[name] = (*fields.get(name, ()), value)
    return Form(fields, file)


class _Limited:
    """Passes a body on and stops when more comes than may come, whatever was declared."""

    def __init__(self, request: Request, most_bytes: int) -> None:
        self._inner = request.receive
        self._most = most_bytes
        self._left = most_bytes

    async def receive(self) -> Message:
        message = await self._inner()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise _too_large(self._most)
        return message


def _too_large(most_bytes: int) -> FileRefused:
    return FileRefused("upload-too-large", most=most_bytes // _MEBIBYTE or 1)
