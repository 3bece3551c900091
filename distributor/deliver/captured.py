"""Looking at mails that were kept as files: a list, and one mail in its parts."""

import email
import email.policy
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from distributor.deliver.shelf import number_of
from distributor.errors import NotFound


@dataclass(frozen=True, slots=True)
class CapturedMail:
    """One line of the list.

    Args:
        name: file name.
        to: the To header, decoded.
        subject: the subject, decoded.
        date: the Date header, or the time of the file where it cannot be read.
        size: length in bytes.
    """

    name: str
    to: str
    subject: str
    date: datetime
    size: int


@dataclass(frozen=True, slots=True)
class CapturedMessage:
    """One mail in its parts.

    Args:
        mail: its line of the list.
        headers: names and decoded values, in order.
        text: the text part, empty when there is none.
        html: the HTML part, or None.
        raw: the bytes as they came.
    """

    mail: CapturedMail
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str | None
    raw: bytes


def read_captured(folder: Path) -> tuple[CapturedMail, ...]:
    """List the kept mails in the order of arrival; a folder that does not exist holds none.

    Args:
        folder: the folder of the capture server or of the folder transport.
    """
    names = sorted((path.name for path in folder.glob("*.eml")), key=lambda name: (number_of(name), name))
    return tuple(_line(folder / name) for name in names)


def read_message(folder: Path, name: str) -> CapturedMessage:
    """Read one kept mail.

    Args:
        folder: the folder of the capture server or of the folder transport.
        name: file name as the list gives it; nothing outside the folder is ever read.

    Raises:
        NotFound: `captured-mail` when the folder has no such mail.
    """
    # compared with what the folder holds rather than joined to it: no name leads elsewhere
    path = next((entry for entry in folder.glob("*.eml") if entry.name == name), None)
    if path is None or path.is_symlink():
        raise NotFound("captured-mail", name=name)
    raw = path.read_bytes()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return CapturedMessage(
        mail=_line(path),
        headers=tuple((field, str(value)) for field, value in message.items()),
        text=_part(message, "plain") or "",
        html=_part(message, "html"),
        raw=raw,
    )


def _line(path: Path) -> CapturedMail:
    with path.open("rb") as file:
        headers = email.message_from_binary_file(file, policy=email.policy.default)
    status = path.stat()
    return CapturedMail(
        name=path.name,
        to=str(headers.get("To", "")),
        subject=str(headers.get("Subject", "")),
        date=_date(str(headers.get("Date", ""))) or datetime.fromtimestamp(status.st_mtime, UTC),
        size=status.st_size,
    )


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


def _part(message: EmailMessage, subtype: str) -> str | None:
    part = message.get_body(preferencelist=(subtype,))
    if part is None:
        return None
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        # an unknown charset or broken base64: show what can be shown
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else str(part.get_payload())
